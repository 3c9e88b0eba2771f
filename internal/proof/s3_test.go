package proof

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	remote "cenacle/client"
	"cenacle/internal/blob/s3"
	"cenacle/internal/blob/s3/s3test"
	"cenacle/internal/seedtest"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// bucket is what an operator writes so that blobs lie there.
func bucket(c s3.Config) []string {
	return []string{"CENACLE_BLOBS=" + s3test.Address(c), "CENACLE_S3_ACCESS_KEY=" + c.AccessKey, "CENACLE_S3_SECRET_KEY=" + c.SecretKey}
}

// nodes is a network to several nodes in turn, that cuts the first uploads.
type nodes struct {
	all  []string // host and port
	turn atomic.Int64
	rough
}

func (n *nodes) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Host = n.all[int(n.turn.Add(1))%len(n.all)]
	r.Host = r.URL.Host
	return n.rough.RoundTrip(r)
}

// TestJourneyOnS3 goes the way of a matter with programs on an installation whose
// blobs lie in a bucket: an upload that is cut goes on at another node, which has
// nothing of it but the bucket and the row; downloads, ranges, a deposit and its
// receipt are as everywhere, and nothing lies in the data folder. While the
// storage is away everybody is told when to come back, and then all goes on.
func TestJourneyOnS3(t *testing.T) {
	t.Parallel()
	storetest.EachConfig(t, func(t *testing.T, c store.Config) {
		t.Parallel()
		proxy, through := s3test.Between(t, s3test.Config(t))
		w := begin(t, c, bucket(through)...)
		network := &nodes{all: []string{strings.TrimPrefix(w.base, "http://")}}
		if c.PostgresURL != "" {
			n := w.beside(bucket(through)...)
			n.serve()
			t.Cleanup(func() { n.stop() })
			network.all = append(network.all, strings.TrimPrefix(n.base, "http://"))
		}
		firm := w.api()
		room := w.opensSpace(firm)
		her := w.comesByLink(firm, room)
		w.sendsWork(firm, her, room)
		firm.HTTP = &http.Client{Transport: network}
		network.after = 6_500_000
		network.cuts.Store(2)
		work := w.crosses(firm, her, room)
		if network.cuts.Load() >= 0 {
			t.Errorf("%d cuts were left", network.cuts.Load())
		}
		w.deposits(firm, her, room)
		w.endures(proxy, her, room, work)
		w.bare()
	})
}

// crosses files a document of several windows.
func (w *world) crosses(firm, her *remote.Client, room remote.Room) remote.Paper {
	w.t.Helper()
	raw := content("Plaidoirie filmée", 17<<20)
	sum := sha256.Sum256(raw)
	work, err := firm.Upload(w.t.Context(), room.ID, remote.File{Name: "Plaidoirie.bin", Circles: []string{room.Circle("client")}}, int64(len(raw)), bytes.NewReader(raw))
	w.must(err)
	if work.Versions[0].SHA256 != hex.EncodeToString(sum[:]) {
		w.t.Fatalf("arrived %+v", work)
	}
	for _, from := range []int64{0, 1, 5 << 20, 16 << 20} {
		body, err := her.Content(w.t.Context(), work.ID, from)
		w.must(err)
		got, err := io.ReadAll(body)
		w.must(err, body.Close())
		if !bytes.Equal(got, raw[from:]) {
			w.t.Errorf("from %d on, other bytes come back", from)
		}
	}
	return work
}

// endures takes the storage away and gives it back.
func (w *world) endures(proxy *s3test.Proxy, her *remote.Client, room remote.Room, work remote.Paper) {
	w.t.Helper()
	proxy.Down(true)
	told := func(what string, err error) {
		w.t.Helper()
		var said *remote.Problem
		if !errors.As(err, &said) || said.Status != http.StatusServiceUnavailable || said.Header.Get("Retry-After") == "" {
			w.t.Errorf("%s without the storage: %v", what, err)
		}
	}
	once := *her
	once.Attempts = 1
	_, err := once.Content(w.t.Context(), work.ID, 0)
	told("a download", err)
	small := []byte("Un relevé")
	_, err = once.Put(w.t.Context(), room.ID, remote.File{Name: "Relevé de mai.txt"}, int64(len(small)), bytes.NewReader(small))
	told("a small file", err)
	if _, err := her.Space(w.t.Context(), room.ID); err != nil { // what needs no bytes goes on
		w.t.Errorf("a page without the storage: %v", err)
	}
	proxy.Down(false)
	body, err := her.Content(w.t.Context(), work.ID, 0)
	w.must(err)
	w.must(body.Close())
	_, err = her.Put(w.t.Context(), room.ID, remote.File{Name: "Relevé de mai.txt"}, int64(len(small)), bytes.NewReader(small))
	w.must(err)
}

// bare wants a data folder without bytes of documents.
func (w *world) bare() {
	w.t.Helper()
	for _, pattern := range []string{"blobs", "incoming"} {
		found, err := filepath.Glob(filepath.Join(filepath.Dir(w.data), "*", "firms", "*", pattern)) // of all nodes
		w.must(err)
		if len(found) > 0 {
			w.t.Errorf("%v lie in the data folder", found)
		}
	}
}

// TestHA03 is HA-03 for a whole installation: the storage of two nodes refuses,
// breaks off, does and does not tell, is slow, and away for a while, and a node is
// killed meanwhile. Nothing that was acknowledged is lost, and everybody is told
// when to come back.
func TestHA03(t *testing.T) {
	t.Parallel()
	proxy, through := s3test.Between(t, s3test.Config(t))
	w := settle(t, storetest.Postgres(t), 2, usual, bucket(through)...)
	r := rand.New(rand.NewPCG(seedtest.Of(t), 3))
	harm := func(often int, harms ...s3test.Harm) {
		proxy.Do(func(*http.Request) s3test.Harm {
			if r.IntN(10) < often {
				return harms[r.IntN(len(harms))]
			}
			return s3test.None
		})
	}
	turn := span(2*time.Second, 20*time.Second)
	w.lives(func() {
		for n := range span(1, 5) {
			harm(3, s3test.Refuse)
			time.Sleep(turn)
			harm(3, s3test.CutRequest, s3test.CutAnswer, s3test.LoseAnswer)
			time.Sleep(turn)
			harm(0, s3test.None)
			proxy.Delay(200 * time.Millisecond)
			time.Sleep(turn)
			w.nodes[n%2].kill()
			proxy.Delay(0)
			w.raise(n % 2)
			w.awaits(n%2, 20*time.Second)
			proxy.Down(true)
			time.Sleep(span(6*time.Second, time.Minute))
			proxy.Down(false)
			time.Sleep(turn)
		}
	})
	w.stands(10)
	w.world.bare()
}

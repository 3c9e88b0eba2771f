package proof

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	remote "cenacle/client"
	"cenacle/internal/authz"
	"cenacle/internal/journal"
	"cenacle/internal/token"
)

// TestJourneyThroughTheAPI goes the whole way of a matter with programs alone:
// a firm opens a space, its client comes by her mailed link, both send files
// over a network that is cut again and again, they write to each other, she
// deposits, and her receipt verifies without the server. No page is asked for.
func TestJourneyThroughTheAPI(t *testing.T) {
	each(t, func(w *world) {
		firm := w.api()
		room := w.opensSpace(firm)
		her := w.comesByLink(firm, room)
		work := w.sendsWork(firm, her, room)
		w.talk(firm, her, room, work)
		w.deposits(firm, her, room)
	})
}

// api is a client in the name of the founder of a new firm.
func (w *world) api() *remote.Client {
	w.t.Helper()
	firm := w.found("Cabinet Delmas", "Me Claire Delmas", "claire@delmas.example")
	text, _, err := w.server.Tokens.Issue(w.t.Context(), firm.admin.actor, token.New{Use: token.API, Name: "essai"})
	w.must(err)
	c := remote.New(w.base, text)
	c.Pause = 10 * time.Millisecond
	me, err := c.Me(w.t.Context())
	w.must(err)
	if me.Person.Name != "Me Claire Delmas" || me.Firm.ID != string(firm.id) || me.Person.Role != string(authz.Admin) {
		w.t.Fatalf("the token stands for %+v", me)
	}
	return c
}

func (w *world) opensSpace(firm *remote.Client) remote.Room {
	w.t.Helper()
	room, err := firm.OpenSpace(w.t.Context(), remote.NewSpace{
		Client: remote.Contact{Name: "Mme Sophie Petit", Email: "sophie@petit.example"}, Model: "divorce", Language: "fr",
	})
	w.must(err)
	if room.Mine != "lead" || room.Circle("client") == "" || len(room.Folders) == 0 {
		w.t.Fatalf("opened %+v", room)
	}
	return room
}

func (w *world) comesByLink(firm *remote.Client, room remote.Room) *remote.Client {
	w.t.Helper()
	me, err := firm.Me(w.t.Context())
	w.must(err)
	link := w.mailed("/l/", "sophie@petit.example")
	her, bearer, err := remote.New(w.base, "").UseLink(w.t.Context(), me.Firm.ID, link)
	w.must(err)
	her.Pause = 10 * time.Millisecond
	if bearer.Space != room.ID {
		w.t.Fatalf("her link opens %s, not %s", bearer.Space, room.ID)
	}
	if _, _, err := remote.New(w.base, "").UseLink(w.t.Context(), me.Firm.ID, link); !remote.Is(err, http.StatusGone) {
		w.t.Errorf("the link opens a second time: %v", err)
	}
	seen, err := her.Space(w.t.Context(), room.ID)
	w.must(err)
	if seen.Mine != "client" || !seen.Changed.IsZero() {
		w.t.Errorf("she sees %+v", seen)
	}
	return her
}

// rough is a network that cuts the first bodies it carries after so many bytes.
type rough struct {
	cuts  atomic.Int32
	after int64
}

var errNetwork = errors.New("the network is gone")

func (n *rough) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodPatch && n.cuts.Add(-1) >= 0 {
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(io.MultiReader(io.LimitReader(r.Body, n.after), broken{}))
	}
	return http.DefaultTransport.RoundTrip(r)
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errNetwork }

// through has a client use a network that is cut n times.
func through(c *remote.Client, n int32) (*remote.Client, *rough) {
	network := &rough{after: 700_000}
	network.cuts.Store(n)
	on := *c
	on.HTTP = &http.Client{Transport: network}
	return &on, network
}

// sendsWork files three megabytes over a network that is cut three times, for
// the client, who takes exactly those bytes back.
func (w *world) sendsWork(firm, her *remote.Client, room remote.Room) remote.Paper {
	w.t.Helper()
	raw := content("Projet de convention", 3<<20)
	sum := sha256.Sum256(raw)
	cut, network := through(firm, 3)
	work, err := cut.Upload(w.t.Context(), room.ID, remote.File{Name: "Projet de convention.txt", Circles: []string{room.Circle("client")}}, int64(len(raw)), bytes.NewReader(raw))
	w.must(err)
	if network.cuts.Load() >= 0 || work.Versions[0].SHA256 != hex.EncodeToString(sum[:]) || work.Title != "Projet de convention.txt" {
		w.t.Fatalf("%d cuts were left, arrived %+v", network.cuts.Load(), work)
	}
	for from, want := range map[int64][]byte{0: raw, 2_000_000: raw[2_000_000:]} {
		body, err := her.Content(w.t.Context(), work.ID, from)
		w.must(err)
		got, err := io.ReadAll(body)
		w.must(err, body.Close())
		if !bytes.Equal(got, want) {
			w.t.Errorf("from %d on, other bytes come back", from)
		}
	}
	var titles []string
	for d, err := range her.Documents(w.t.Context(), room.ID, 10) {
		w.must(err)
		titles = append(titles, d.Title)
	}
	if strings.Join(titles, "|") != "Projet de convention.txt" {
		w.t.Errorf("she sees %q", titles)
	}
	return work
}

// talk has both write, and each hear of it.
func (w *world) talk(firm, her *remote.Client, room remote.Room, work remote.Paper) {
	w.t.Helper()
	w.settle()
	before, err := firm.Events(w.t.Context(), "now")
	w.must(err)
	asked, err := firm.Write(w.t.Context(), room.ID, remote.NewMemo{
		Subject: "Votre accord", Body: "Le projet vous convient-il ?", Circles: []string{room.Circle("client")}, References: []string{work.ID},
	})
	w.must(err)
	answered, err := her.Write(w.t.Context(), room.ID, remote.NewMemo{Thread: asked.Thread, Body: "Oui, merci."})
	w.must(err)
	threads, err := firm.Conversation(w.t.Context(), room.ID, 10)
	w.must(err)
	if len(threads) != 1 || len(threads[0].Memos) != 2 || threads[0].Memos[1].ID != answered.ID || threads[0].Memos[0].References[0] != work.ID {
		w.t.Errorf("the conversation is %+v", threads)
	}
	w.settle()
	heard, err := firm.Events(w.t.Context(), before.Next)
	w.must(err)
	if len(heard.Events) != 2 || heard.Events[0].Object != asked.ID || heard.Events[1].Object != answered.ID {
		w.t.Errorf("the firm heard %+v", heard.Events)
	}
}

// deposits has the client bring two files, one over a network that is cut, and
// checks her receipt without the server.
func (w *world) deposits(firm, her *remote.Client, room remote.Room) {
	w.t.Helper()
	raw := content("Avis d’impôt", 2<<20)
	sum := sha256.Sum256(raw)
	cut, network := through(her, 2)
	_, err := cut.Upload(w.t.Context(), room.ID, remote.File{Name: "Avis d’impôt 2025.txt", Tray: "client"}, int64(len(raw)), bytes.NewReader(raw))
	w.must(err)
	small := []byte("Relevé de novembre")
	_, err = her.Put(w.t.Context(), room.ID, remote.File{Name: "Relevé.txt"}, int64(len(small)), bytes.NewReader(small))
	w.must(err)
	receipt, err := her.CloseDeposit(w.t.Context(), room.ID)
	w.must(err)
	if _, err := her.CloseDeposit(w.t.Context(), room.ID); !remote.Is(err, http.StatusUnprocessableEntity) {
		w.t.Errorf("a deposit closes twice: %v", err)
	}
	file, err := her.ReceiptFile(w.t.Context(), receipt.ID)
	w.must(err)
	report, err := journal.VerifyReceipt(file, "")
	w.must(err)
	items := report.Contents.Items
	if network.cuts.Load() >= 0 || len(items) != 2 || items[0].SHA256 != sum || items[0].Name != "Avis d’impôt 2025.txt" || items[1].SHA256 != sha256.Sum256(small) {
		w.t.Errorf("the receipt says %+v", report.Contents)
	}
	if again, err := firm.ReceiptFile(w.t.Context(), receipt.ID); err != nil || !bytes.Contains(again, []byte(receipt.Entry)) {
		w.t.Errorf("the firm's copy: %v", err)
	}
}

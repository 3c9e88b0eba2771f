package document_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/id"
	"cenacle/internal/search"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

const (
	manySpaces = 100
	perText    = 80     // words of contents of a document
	allWords   = 30_000 // of the language, the common ones much more often
)

// BenchmarkSearch asks for one or two words over all spaces of a lawyer, by
// eight people at once, and reports the median and the ninety-ninth of a
// hundred. The documents are 5,000, or as many as CENACLE_BENCH_DOCUMENTS says.
func BenchmarkSearch(b *testing.B) {
	count, err := strconv.Atoi(cmp.Or(os.Getenv("CENACLE_BENCH_DOCUMENTS"), "5000"))
	if err != nil {
		b.Fatal(err)
	}
	h := documenttest.New(b, store.Config{Dir: b.TempDir()}, document.Config{})
	language := rand.NewZipf(rand.New(rand.NewPCG(1, 1)), 1.1, 20, allWords-1)
	rows := furnish(b, h, language, count)
	const people = 8
	var left atomic.Int64
	left.Store(int64(b.N))
	took := make([][]time.Duration, people)
	worked := work(b)
	b.ResetTimer()
	var crowd sync.WaitGroup
	for p := range people {
		r := rand.New(rand.NewPCG(2, uint64(p)))
		mine := rand.NewZipf(r, 1.1, 20, allWords-1)
		crowd.Go(func() {
			for left.Add(-1) >= 0 {
				words := []string{word(mine), word(mine)}[:1+r.IntN(2)]
				began := time.Now()
				if _, _, err := h.Documents.Search(b.Context(), h.Lead, document.Find{Text: strings.Join(words, " ")}); err != nil {
					b.Error(err)
					return
				}
				took[p] = append(took[p], time.Since(began))
			}
		})
	}
	crowd.Wait()
	b.StopTimer()
	b.ReportMetric(float64((work(b)-worked).Microseconds())/1000/float64(b.N), "cpu-ms/op")
	all := slices.Concat(took...)
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "ms/p50")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "ms/p99")
	b.ReportMetric(float64(rows)/float64(count), "rows/document")
}

// work is the processor time of this process, which tells something on a busy
// machine too.
func work(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func word(z *rand.Zipf) string { return fmt.Sprintf("mot%dx", z.Uint64()) }

var countTerms = store.ForFirm(`select count(*) from search_term where firm_id = $1`)

// furnish files documents with words and returns how many rows find them.
func furnish(b *testing.B, h *documenttest.House, z *rand.Zipf, count int) (rows int) {
	var in []id.Space
	for n := range manySpaces {
		in = append(in, h.Space(h.Lead, fmt.Sprint("Client ", n)))
	}
	for n := 0; n < count; n += 500 {
		var batch []id.Item
		for i := n; i < min(n+500, count); i++ {
			u, err := h.Documents.Put(b.Context(), h.Lead, document.BeginUpload{
				Space: in[i%manySpaces], Tray: space.FirmTray, Name: word(z) + " " + word(z) + ".txt", Size: 1,
			}, strings.NewReader("x"))
			h.Must(err)
			batch = append(batch, u.Document)
		}
		h.Must(h.Office.Keep(b.Context(), h.Lead.Firm, func(a *act.Act) error {
			for i, of := range batch {
				box, err := a.SpaceBox(in[(n+i)%manySpaces])
				if err != nil {
					return err
				}
				var text strings.Builder
				for range perText {
					text.WriteString(word(z) + " ")
				}
				if err := search.IndexContents(a.Tx, box, in[(n+i)%manySpaces], of, word(z), text.String()); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	h.Must(h.Office.See(b.Context(), h.Lead.Firm, func(a *act.Act) error { return a.Row(countTerms, nil, &rows) }))
	return rows
}

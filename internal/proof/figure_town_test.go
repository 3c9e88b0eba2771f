package proof

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"cenacle/internal/blob/s3/s3test"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// estate is an installation whose figures are compared with those of others.
type estate struct {
	name    string
	nodes   int
	storage bool // PostgreSQL and S3 instead of the data folder
}

// The same load on each, by as many people at once: reading the page of a space,
// opening a document, writing a memo, depositing 50 KB.
const (
	people = 8
	share  = 100 // requests of each
)

// BenchmarkTown measures what it costs to be several: make bench-town.
func BenchmarkTown(b *testing.B) {
	var rows []string
	for _, h := range []estate{{"embedded", 1, false}, {"one node, PostgreSQL, S3", 1, true}, {"three nodes behind nginx, PostgreSQL, S3", 3, true}} {
		b.Run(h.name, func(b *testing.B) {
			for range b.N {
				rows = append(rows, h.measure(b))
			}
		})
	}
	fmt.Println("\n| " + strings.Join(columns, " | ") + " |\n| ---" + strings.Repeat(" | --:", len(columns)-1) + " |")
	for _, r := range rows {
		fmt.Println(r)
	}
}

var columns = []string{"house", "requests /s", "page p50 / p99, ms", "document", "memo", "deposit", "refused",
	"statements for one request", "retries for one act", "flushes of the disk for one act", "processor of the nodes, ms for one", "memory of a node, MiB"}

// measure puts the load on a house and returns its row.
func (h estate) measure(b *testing.B) string {
	c, more := store.Config{}, []string{}
	if h.storage {
		c, more = storetest.NewDurableCluster(b).Config(), bucket(s3test.Config(b))
	}
	w := settle(b, c, h.nodes, usual, more...)
	path := w.document(b)
	var mu sync.Mutex
	took := map[string][]time.Duration{}
	var refused atomic.Int64
	does := func(what string, by browser, want int, c call) {
		began := time.Now()
		a, err := by.try(c)
		spent := time.Since(began)
		if err != nil || a.status != want {
			b.Logf("a %s was refused: %d %s, %v", what, a.status, a.text(), err)
			refused.Add(1)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		took[what] = append(took[what], spent)
	}
	before := w.costs(b)
	began := time.Now()
	var crowd sync.WaitGroup
	for n := range people {
		by, fields := w.lead, []string{"circle", w.circle}
		if n%2 == 1 {
			by, fields = w.client, nil
		}
		tray := [...]string{"firm", "client"}[n%2]
		crowd.Go(func() {
			for i := range share {
				switch i % 10 {
				default:
					does("page", by, http.StatusOK, get(w.space))
				case 3:
					does("document", by, http.StatusOK, get(path+"/file"))
				case 5, 7:
					does("memo", by, http.StatusSeeOther, post(w.space+"/memos", append(slices.Clone(fields), "subject", "Point", "body", "Texte "+w.word())...))
				case 9:
					word := w.word()
					does("deposit", by, http.StatusSeeOther, file(w.space+"/files", word, content(word, 50_000), "tray", tray, "circle", w.circle))
				}
			}
		})
	}
	crowd.Wait()
	return h.row(took, time.Since(began), refused.Load(), before, w.costs(b))
}

// document is a small one that everybody may open.
func (w *town) document(b *testing.B) string {
	b.Helper()
	w.lead.want(http.StatusSeeOther, file(w.space+"/files", "lettre", content("lettre", 50_000), "tray", "firm", "circle", w.circle))
	documents, _ := w.listed()
	if documents["lettre"] == "" {
		b.Fatalf("it is not listed: %v", documents)
	}
	return documents["lettre"]
}

// cost is what a house has used so far.
type cost struct{ statements, retries, flushes, processor, memory float64 }

func (w *town) costs(b *testing.B) (sum cost) {
	b.Helper()
	for i, n := range w.nodes {
		text := string(browser{t: b, base: "http://" + w.figures[i]}.want(http.StatusOK, get("/metrics")).body)
		sum.statements += figure(b, text, "cenacle_store_statements_total")
		sum.retries += figure(b, text, "cenacle_store_retries_total")
		sum.processor += figure(b, text, "process_cpu_seconds_total")
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", n.c.Process.Pid))
		if err != nil {
			b.Fatal(err)
		}
		sum.memory = max(sum.memory, figure(b, strings.ReplaceAll(string(status), ":", " "), "VmHWM")/1024)
	}
	sum.flushes = flushes(b, os.TempDir())
	return sum
}

// figure reads the number after a name.
func figure(b *testing.B, text, name string) float64 {
	b.Helper()
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == name {
			v, err := strconv.ParseFloat(f[1], 64)
			if err != nil {
				b.Fatal(err)
			}
			return v
		}
	}
	b.Fatalf("there is no %s", name)
	return 0
}

// flushes is how often the disk of a folder was told to make durable what it has,
// by everybody; 0 where the kernel does not count.
func flushes(b *testing.B, dir string) float64 {
	b.Helper()
	var about syscall.Stat_t
	if err := syscall.Stat(dir, &about); err != nil {
		b.Fatal(err)
	}
	raw, err := os.ReadFile("/proc/diskstats")
	if err != nil {
		b.Fatal(err)
	}
	major, minor := strconv.FormatUint(about.Dev>>8&0xfff, 10), strconv.FormatUint(about.Dev&0xff|about.Dev>>12&0xfff00, 10)
	for line := range strings.Lines(string(raw)) {
		if f := strings.Fields(line); len(f) > 18 && f[0] == major && f[1] == minor {
			n, _ := strconv.ParseFloat(f[18], 64)
			return n
		}
	}
	return 0
}

// row writes the figures of a house.
func (h estate) row(took map[string][]time.Duration, whole time.Duration, refused int64, before, after cost) string {
	all, acts := 0, len(took["memo"])+len(took["deposit"])+len(took["document"]) // to open a document is recorded
	for _, each := range took {
		all += len(each)
	}
	cells := []string{h.name, fmt.Sprintf("%.0f", float64(all)/whole.Seconds())}
	for _, what := range []string{"page", "document", "memo", "deposit"} {
		each := took[what]
		slices.Sort(each)
		at := func(q float64) float64 {
			return float64(each[min(len(each)-1, int(q*float64(len(each))))]) / float64(time.Millisecond)
		}
		cells = append(cells, fmt.Sprintf("%.0f / %.0f", at(0.5), at(0.99)))
	}
	cells = append(cells, strconv.FormatInt(refused, 10),
		fmt.Sprintf("%.0f", (after.statements-before.statements)/float64(all)),
		fmt.Sprintf("%.2f", (after.retries-before.retries)/float64(acts)), fmt.Sprintf("%.2f", (after.flushes-before.flushes)/float64(acts)),
		fmt.Sprintf("%.1f", (after.processor-before.processor)*1000/float64(all)), fmt.Sprintf("%.0f", after.memory))
	return "| " + strings.Join(cells, " | ") + " |"
}

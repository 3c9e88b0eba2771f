package proof

import (
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/api"
)

// ISO-06: what is hidden from somebody takes as long to refuse as what is not there.
// That the answers are equal is ISO-03's. Every day the statements that either costs
// are counted, which no busy machine changes; with CENACLE_TEST_LONG=1 two thousand of
// each are timed, in a random order: their medians are within a twentieth of each
// other, and their distributions one by Kolmogorov and Smirnov.
func TestISO06(t *testing.T) {
	t.Parallel()
	s := stage(begin(t, temporary(t)))
	p := s.program(s.stranger.actor)
	absent := s.ids.invented(inside[:]...)
	page := "/f/" + string(s.firm.id) + "/spaces/{space}"
	for what, path := range map[string]string{
		"a space": page, "its people": page + "/people", "a document": page + "/documents/{document}", "its bytes": page + "/documents/{document}/file",
		"why": page + "/documents/{document}/why", "a receipt": page + "/receipts/{receipt}", "an event": page + "/agenda/{event}",
		"a document under a space of her own": strings.Replace(page, "{space}", string(s.beside.id), 1) + "/documents/{document}", "a memo as a document": page + "/documents/{memo}",
		"a space of the API": api.Root + "/spaces/{space}", "a document of the API": api.Root + "/documents/{document}",
	} {
		b := s.stranger.browser
		if strings.HasPrefix(path, api.Root) {
			b = p
		}
		hidden, none := s.ids.path(" "+path), absent.path(" "+path)
		if a, b := s.statements(b, hidden), s.statements(b, none); a != b {
			t.Errorf("%s that is hidden costs %d statements, one that is not there %d", what, a, b)
		}
		if long() && !alike(t, b, hidden, none) {
			t.Errorf("%s that is hidden takes another time than one that is not there", what)
		}
	}
}

// statements is what the refusal of a path costs, the work of the server itself beside
// it left out.
func (s *scene) statements(b browser, path string) uint64 {
	s.t.Helper()
	least := uint64(math.MaxUint64)
	for range 8 {
		before := s.server.Office.Store.Stats().Statements
		b.want(http.StatusNotFound, get(path))
		least = min(least, s.server.Office.Store.Stats().Statements-before)
	}
	return least
}

// alike times two refusals. Chance alone makes one in a hundred differ, so it looks
// three times.
func alike(t *testing.T, b browser, hidden, none string) bool {
	t.Helper()
	for range 3 {
		first, second := timed(b, hidden, none, 2000)
		ratio, p := median(first)/median(second), apart(first, second)
		if math.Abs(ratio-1) <= 0.05 && p >= 0.01 {
			return true
		}
		t.Logf("%s: medians %.3f of each other, p %.4f", hidden, ratio, p)
	}
	return false
}

// timed asks for two things in a random order and returns how long each took, in
// seconds.
func timed(b browser, hidden, none string, n int) (first, second []float64) {
	b.t.Helper()
	order := make([]bool, 2*n)
	for i := range n {
		order[i] = true
	}
	rand.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	for _, one := range order {
		path := none
		if one {
			path = hidden
		}
		start := time.Now()
		b.want(http.StatusNotFound, get(path))
		if took := time.Since(start).Seconds(); one {
			first = append(first, took)
		} else {
			second = append(second, took)
		}
	}
	return first, second
}

func median(of []float64) float64 {
	of = slices.Sorted(slices.Values(of))
	return of[len(of)/2]
}

// apart is the chance that two samples of one distribution are as far from each other
// as these (the two-sample test of Kolmogorov and Smirnov, by its limit).
func apart(a, b []float64) float64 {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	most, i, j := 0.0, 0, 0
	for i < len(a) && j < len(b) {
		if a[i] <= b[j] {
			i++
		} else {
			j++
		}
		most = max(most, math.Abs(float64(i)/float64(len(a))-float64(j)/float64(len(b))))
	}
	n := float64(len(a)) * float64(len(b)) / float64(len(a)+len(b))
	lambda, sum := (math.Sqrt(n)+0.12+0.11/math.Sqrt(n))*most, 0.0
	for k := 1.0; k <= 100; k++ {
		sum += 2 * math.Pow(-1, k-1) * math.Exp(-2*k*k*lambda*lambda)
	}
	return min(1, max(0, sum))
}

package document_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

// TestParallelAppend has several connections send the same file at once, in two
// processes: one document comes of it, with the right bytes.
func TestParallelAppend(t *testing.T) {
	r, _ := random(t)
	documenttest.Each(t, document.Config{Beat: 10 * time.Millisecond}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		beside := h.Beside()
		content := noise(r, 7<<20)
		u, err := h.Documents.Begin(t.Context(), h.Lead, document.BeginUpload{Space: in, Tray: space.FirmTray, Name: "a", Size: int64(len(content))})
		h.Must(err)
		var wait sync.WaitGroup
		for i := range 8 {
			process := []*documenttest.House{h, beside}[i%2]
			slow := rand.New(rand.NewPCG(uint64(i), 7))
			wait.Go(func() { insist(t, process, u, content, slow) })
		}
		wait.Wait()
		check(t, h, h.Lead, u.Document, content)
		if n := h.Kinds(h.Lead)["document.filed"]; n != 1 {
			t.Errorf("filed %d times", n)
		}
	})
}

// insist sends a file until it is there, whoever else does. Like a real client
// it waits a moment before it comes back, longer each time that nothing moved.
func insist(t *testing.T, h *documenttest.House, u document.Upload, content []byte, r *rand.Rand) {
	for idle := 0; !u.Done; {
		next, err := h.Documents.Append(t.Context(), h.Lead, u.ID, u.Offset, &cut{bytes.NewReader(content[u.Offset:]), r.IntN(4 << 20)})
		if err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Unavailable) {
			t.Errorf("from %d: %v", u.Offset, err)
			return
		}
		if idle++; next.ID != "" && (next.Done || next.Offset != u.Offset) {
			idle = 0
		}
		if idle == 200 {
			t.Errorf("at %d of %d nothing moved in 200 tries: %v", u.Offset, len(content), err)
			return
		}
		if next.ID != "" {
			u = next
		}
		time.Sleep(time.Duration(r.IntN(1+min(idle, 50))) * time.Millisecond)
	}
}

// TestTakeover stops a connection that hangs when the sender comes back.
func TestTakeover(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		content := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
		u, err := h.Documents.Begin(t.Context(), h.Lead, document.BeginUpload{Space: in, Tray: space.FirmTray, Name: "a", Size: int64(len(content))})
		h.Must(err)
		far, near := net.Pipe()
		first := make(chan error, 1)
		go func() {
			_, err := h.Documents.Append(t.Context(), h.Lead, u.ID, 0, near)
			first <- err
		}()
		if _, err := far.Write(content[:300_000]); err != nil {
			t.Fatal(err)
		}
		resumed, err := h.Documents.Resume(t.Context(), h.Lead, u.ID)
		h.Must(err)
		if err := <-first; !fault.Is(err, fault.Conflict) {
			t.Errorf("the first connection ended with %v", err)
		}
		if resumed.Offset < 200_000 || resumed.Offset > 300_000 {
			t.Errorf("of 300000 bytes %d are durable", resumed.Offset)
		}
		resumed, err = h.Documents.Append(t.Context(), h.Lead, u.ID, resumed.Offset, bytes.NewReader(content[resumed.Offset:]))
		h.Must(err)
		check(t, h, h.Lead, resumed.Document, content)
	})
}

var stuck = store.ForFirm(`update upload set writer = 'killed' where firm_id = $1 and id = $2`)

// TestKilledWriter takes over what a killed process left, and only in the
// absence of its signs of life.
func TestKilledWriter(t *testing.T) {
	documenttest.Each(t, document.Config{Beat: 20 * time.Millisecond}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		content := bytes.Repeat([]byte("x"), 1<<20)
		u, err := h.Documents.Begin(t.Context(), h.Lead, document.BeginUpload{Space: in, Tray: space.FirmTray, Name: "a", Size: int64(len(content))})
		h.Must(err)
		far, near := net.Pipe()
		alive := make(chan error, 1)
		go func() {
			_, err := h.Documents.Append(t.Context(), h.Lead, u.ID, 0, near)
			alive <- err
		}()
		if _, err := far.Write(content[:70_000]); err != nil {
			t.Fatal(err)
		}
		beside := h.Beside()
		if _, err := beside.Documents.Append(t.Context(), h.Lead, u.ID, 0, bytes.NewReader(content)); !fault.Is(err, fault.Conflict) {
			t.Errorf("beside a living writer: %v", err)
		}
		h.Must(far.Close())
		if err := <-alive; err != nil && !fault.Is(err, fault.Unavailable) {
			t.Errorf("the writer ended with %v", err)
		}
		u, err = beside.Documents.Resume(t.Context(), h.Lead, u.ID)
		h.Must(err)
		h.Must(h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error {
			return a.Write(stuck, u.ID)
		}))
		u, err = beside.Documents.Append(t.Context(), h.Lead, u.ID, u.Offset, bytes.NewReader(content[u.Offset:]))
		h.Must(err)
		check(t, h, h.Lead, u.Document, content)
	})
}

// meddling does something once so much of a body was read.
type meddling struct {
	io.Reader
	left int
	then func()
}

func (m *meddling) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p[:min(len(p), 40_000)])
	if m.left -= n; m.left <= 0 && m.then != nil {
		m.then()
		m.then = nil
	}
	return n, err
}

// What is given up at one node while another one writes it is absent there too, and
// nothing of it stays (HA-07, seed 771).
func TestCancelAtAnotherNode(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in, other := h.Space(h.Lead, "Petit"), h.Reading(nil)
		content := bytes.Repeat([]byte("pièce "), 50_000)
		u, err := h.Documents.Begin(t.Context(), h.Lead, document.BeginUpload{Space: in, Tray: space.FirmTray, Name: "Acte.txt", Size: int64(len(content))})
		h.Must(err)
		body := &meddling{bytes.NewReader(content), len(content), func() { h.Must(other.Documents.Cancel(t.Context(), h.Lead, u.ID)) }}
		if _, err := h.Documents.Append(t.Context(), h.Lead, u.ID, 0, body); !fault.Is(err, fault.NotFound) {
			t.Errorf("who sends what was given up hears %v", err)
		}
		h.Must(h.Documents.Sweep(t.Context(), h.Lead.Firm))
		if found, err := h.Documents.List(t.Context(), h.Lead, document.ListQuery{Space: in}); err != nil || len(found) != 0 {
			t.Errorf("it became %d documents, %v", len(found), err)
		}
	})
}

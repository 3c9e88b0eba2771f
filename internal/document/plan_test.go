package document_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/quota"
	"cenacle/internal/space"
)

// UPL-05: the firm's own people stop at their plan's last byte, fifty at once too, while
// what a client deposits is taken beyond it and all is read as before.
func TestUPL05_PlanOfBytes(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		held := h.File(h.Lead, in, "a", make([]byte, 95_000))
		plans := quota.New(h.Office, quota.Plan{})
		h.Must(plans.Set(t.Context(), h.Lead.Firm, quota.Plan{Storage: 100_000}))
		begin := func(by authz.Actor, tray space.Tray, size int64) error {
			_, err := h.Documents.Begin(t.Context(), by, document.BeginUpload{Space: in, Tray: tray, Name: "b", Size: size})
			return err
		}
		var admitted atomic.Int64
		var wait sync.WaitGroup
		for range 50 {
			wait.Go(func() {
				for {
					err := begin(h.Lead, space.FirmTray, 1000)
					switch {
					case fault.Is(err, fault.Unavailable):
						continue
					case err == nil:
						admitted.Add(1)
					case !fault.Is(err, fault.TooLarge):
						t.Error(err)
					}
					return
				}
			})
		}
		wait.Wait()
		if n := admitted.Load(); n != 5 {
			t.Errorf("%d uploads of 1000 bytes were admitted beside 5000 free ones", n)
		}
		if err := begin(client, space.ClientTray, 50_000); err != nil {
			t.Errorf("a client of a full firm: %v", err)
		}
		if err := begin(h.Lead, space.FirmTray, 1); !fault.Is(err, fault.TooLarge) {
			t.Errorf("beyond the plan: %v", err)
		}
		h.Deposit(client, in, "c", make([]byte, 10))
		if _, err := h.Documents.Show(t.Context(), h.Lead, held.Document); err != nil {
			t.Errorf("reading in a full firm: %v", err)
		}
	})
}

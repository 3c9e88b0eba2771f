package bundle_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/bundle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/space"
)

// TestAnnounced: a file with its path lands in the folders of that path, for the
// firm alone whatever its sender chose; bytes that are there make no folder.
func TestAnnounced(t *testing.T) {
	each(t, func(d *desk) {
		ctx := t.Context()
		send := func(by authz.Actor, path, text string) error {
			in := document.BeginUpload{Space: d.in, Tray: space.FirmTray, Name: "autre.txt", Size: int64(len(text)), SHA256: digest(text), Circles: []id.Circle{d.Circles(d.Lead, d.in).Client}}
			in, err := d.bundles.Announced(ctx, by, in, path)
			if err != nil {
				return err
			}
			u, err := d.Documents.Begin(ctx, by, in)
			if err == nil {
				_, err = d.Documents.Append(ctx, by, u.ID, 0, strings.NewReader(text))
			}
			return err
		}
		client := d.Member(d.Lead, d.in, authz.Client, "Mme Petit")
		var all sync.WaitGroup // several at once make each folder once
		for n := range 6 {
			all.Go(func() {
				if err := send(d.Lead, fmt.Sprintf("Succession/Comptes/Relevé %d.txt", n), fmt.Sprint("relevé ", n)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if err := send(d.Lead, "Ailleurs/Relevé 0.txt", "relevé 0"); !fault.Is(err, fault.Conflict) {
			t.Errorf("bytes that are there: %v", err)
		}
		want := []string{}
		for n := range 6 {
			want = append(want, fmt.Sprintf("Succession › Comptes|Relevé %d.txt", n))
		}
		if got := d.lies(); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("it lies %q", got)
		}
		if got := d.folders(); !strings.HasSuffix(got, ", Succession, Succession › Comptes, Vos pièces") {
			t.Errorf("the folders are %s", got)
		}
		for _, path := range []string{"../hors.txt", "/etc/passwd", "a/.DS_Store", "a/", strings.Repeat("x/", 13) + "y"} {
			if err := send(d.Lead, path, "x"); !fault.Is(err, fault.Invalid) {
				t.Errorf("%q: %v", path, err)
			}
		}
		if err := send(client, "Succession/moi.txt", "moi"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a client: %v", err)
		}
		hers, err := d.Documents.List(ctx, client, document.ListQuery{Space: d.in, Limit: 50})
		d.Must(err)
		if len(hers) != 0 {
			t.Errorf("the client sees %d documents", len(hers))
		}
		p, err := d.bundles.Plan(ctx, d.Lead, d.at, []bundle.Entry{{Path: "Succession/Comptes/Relevé 3.txt", SHA256: digest("relevé 3")}})
		d.Must(err)
		if p.Count[bundle.Known] != 1 {
			t.Errorf("sent again it is %v", p.Count)
		}
	})
}

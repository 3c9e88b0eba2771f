package proof

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"

	"cenacle/internal/document"
	"cenacle/internal/scan/scantest"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// TestHeldOnEveryWay puts a harmful version on a document that everybody of a
// room has, and asks by every way there is to a document: pages and lists go on
// and say why, and no way gives its bytes.
func TestHeldOnEveryWay(t *testing.T) {
	t.Parallel()
	daemon := scantest.Start(t)
	storetest.EachConfig(t, func(t *testing.T, c store.Config) {
		w := begin(t, c, "CENACLE_CLAMD="+daemon.Unix)
		d := doomedIn(stage(w))
		_, err := d.firm.file(d.lead, document.BeginUpload{Space: d.room.id, Replaces: d.doc, Name: doomed}, scantest.Harmful())
		w.must(err)
		d.version = d.versionOf(string(d.doc))
		refused := 0
		for _, c := range d.channels() {
			a := c.by.do(c.call)
			if bytes.Contains(a.body, scantest.Harmful()) {
				t.Errorf("HARMFUL BYTES by %s", c.name)
			}
			give := slices.ContainsFunc([]string{"view", "its words", "file", "version", "content", "part", "API version", "drive"}, func(way string) bool {
				return strings.HasSuffix(c.name, ": "+way) || strings.HasSuffix(c.name, ": API "+way)
			})
			if give {
				refused++
			}
			if give != (a.status == http.StatusForbidden) || !give && a.status >= 300 {
				t.Errorf("%s: %d %s", c.name, a.status, a.text())
			}
		}
		if refused != 17 { // eight ways of two people, and a link
			t.Errorf("%d ways give bytes", refused)
		}
		page := d.firm.path("spaces", string(d.room.id), "documents", string(d.doc))
		for _, who := range []*person{d.lead, d.client} {
			if a := who.want(http.StatusOK, get(page)); !bytes.Contains(a.body, []byte(scantest.Found)) {
				t.Errorf("%s does not read why", who.email)
			}
		}
	})
}

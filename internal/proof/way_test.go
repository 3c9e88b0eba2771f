package proof

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"cenacle/internal/api"
	"cenacle/internal/authz"
	"cenacle/internal/dav"
)

// waysOut is every route, operation and verb that gives the title of a document
// or its bytes, and the way out that it is: a row of authz.Ways, where each
// nature is said to take it or not.
var waysOut = map[string]authz.Way{
	"GET /f/{firm}/search":                                                      authz.WayPage,
	"GET /f/{firm}/diffusions/{diffusion}/edit":                                 authz.WayPage,     // what can go with a diffusion
	"GET /f/{firm}/diffusions/{diffusion}":                                      authz.WayPage,     // what has gone with it
	"GET /f/{firm}/diffusions/{diffusion}/spaces/{space}/people/{person}/proof": authz.WayDownload, // likewise, of those that she saw
	"GET /f/{firm}/spaces/{space}":                                              authz.WayPage, "GET /f/{firm}/spaces/{space}/trash": authz.WayPage, "GET /f/{firm}/spaces/{space}/list": authz.WayPage,
	"GET /f/{firm}/spaces/{space}/requests":                                     authz.WayPage,
	"GET /f/{firm}/spaces/{space}/vigilance":                                    authz.WayPage, // what came for a request, to be chosen as a piece
	"GET /f/{firm}/spaces/{space}/documents/{document}":                         authz.WayPage,
	"GET /f/{firm}/spaces/{space}/documents/{document}/why":                     authz.WayPage,
	"GET /f/{firm}/spaces/{space}/documents/{document}/view":                    authz.WayPage,
	"GET /f/{firm}/spaces/{space}/documents/{document}/file":                    authz.WayDownload,
	"GET /f/{firm}/spaces/{space}/documents/{document}/versions/{version}/file": authz.WayDownload,
	"GET /d/{firm}/{box}":                                                       authz.WayLink, "GET /d/{firm}/{box}/receipts/{receipt}": authz.WayLink, "GET /d/{firm}/{box}/receipts/{receipt}/file": authz.WayLink,
	"POST /f/{firm}/spaces/{space}/zip": authz.WayZip, "packDocuments": authz.WayZip,
	"GET /f/{firm}/spaces/{space}/receipts/{receipt}":      authz.WayPage,
	"GET /f/{firm}/spaces/{space}/receipts/{receipt}/file": authz.WayDownload,

	"listDocuments": authz.WayAPI, "getDocument": authz.WayAPI, "reviseDocument": authz.WayAPI, "restoreDocument": authz.WayAPI, "undoDocument": authz.WayAPI,
	"classifyDocument": authz.WayAPI, "addressDocument": authz.WayAPI, "fileDocument": authz.WayAPI,
	"recallDocument": authz.WayAPI, "getContent": authz.WayAPI, "getVersionContent": authz.WayAPI, "searchDocuments": authz.WayAPI, "listTrash": authz.WayAPI, "listOpenings": authz.WayAPI,
	"getOpenDeposit": authz.WayAPI, "getDeposit": authz.WayAPI, "getDiffusionProof": authz.WayAPI, "getReceipt": authz.WayAPI, "getReceiptFile": authz.WayAPI,

	"drive: GET": authz.WayDrive, "drive: PROPFIND": authz.WayDrive,
}

// TestWaysOut finds the ways out by asking: whatever gives a title or bytes has
// its row, and a row that gives nothing is none.
func TestWaysOut(t *testing.T) {
	for at, w := range waysOut {
		if !slices.Contains(authz.Ways(), w) {
			t.Errorf("%s is the way %q, which has no row", at, w)
		}
	}
	var mu sync.Mutex
	found := map[string]bool{}
	note := func(at string, a answer) {
		if at == "GET /{$}" || at == "GET /styleguide" { // specimens, the same for everybody
			return
		}
		for _, word := range []string{"contenu de preuve", "Testament olographe", "Projet de convention.pdf", "Courrier.txt", "Projet relu", "Note interne.txt", "Livret.txt", "Bulletin.txt"} {
			if a.status < 300 && bytes.Contains(a.body, []byte(word)) {
				mu.Lock()
				found[at] = true
				mu.Unlock()
			}
		}
	}
	t.Run("asked", func(t *testing.T) {
		t.Run("pages", func(t *testing.T) {
			each(t, func(w *world) {
				s := stage(w)
				w.must(s.server.Documents.Delete(t.Context(), s.lead.actor, doomedIn(s).doc)) // for the trash
				note("GET /f/{firm}/search", s.lead.do(get(s.firm.path("search")+"?q=projet")))
				const proof = "GET /f/{firm}/diffusions/{diffusion}/spaces/{space}/people/{person}/proof"
				note(proof, s.lead.do(get(s.ids.but("person", s.ids["client"]).path(proof)))) // who saw the document
				for _, st := range book() {
					note(st.route, s.play(st))
				}
			})
		})
		t.Run("operations", func(t *testing.T) {
			each(t, func(w *world) {
				s := furnished(w)
				w.must(s.server.Documents.Delete(t.Context(), s.lead.actor, doomedIn(s).doc))
				all, p := w.spec(), programs{w.program(s.lead.actor), w.program(s.client.actor)}
				for _, o := range w.operations() {
					note(o.Name, s.asks(p, o, all))
				}
			})
		})
		t.Run("drives", func(t *testing.T) {
			each(t, func(w *world) {
				d := doomedIn(stage(w))
				drive := w.drive(d.lead.actor)
				for _, method := range slices.Sorted(maps.Keys(dav.Verbs())) {
					for _, path := range []string{d.drive, d.drive[:strings.LastIndexByte(d.drive, '/')]} {
						for _, c := range verb(method, path, d.base+d.drive+"-2") {
							note("drive: "+method, drive.do(c))
						}
					}
				}
			})
		})
	})
	listed := maps.Clone(waysOut)
	for at := range found {
		if _, has := listed[at]; !has {
			t.Errorf("%s gives documents and is no way of the table", at)
		}
		delete(listed, at)
	}
	for at := range listed {
		t.Errorf("%s is a way of the table and gives nothing", at)
	}
	for _, o := range api.Routes(&api.Nouns{}) {
		if w, has := waysOut[o.Name]; has && w != authz.WayAPI && w != authz.WayZip {
			t.Errorf("%s is an operation and called the way %q", o.Name, w)
		}
	}
}

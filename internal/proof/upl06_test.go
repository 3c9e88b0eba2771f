package proof

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"cenacle/internal/document"
	"cenacle/internal/id"
	"cenacle/internal/space"
)

// actives are bytes that are a program to some reader, and several things at once
// to others.
func actives() map[string][]byte {
	const script = `<script>document.title="taken";fetch("https://elsewhere.example/")</script>`
	archive := "PK\x03\x04\x14\x00\x00\x00\x00\x00" + script
	return map[string][]byte{
		"page":             []byte("<!DOCTYPE html><html>" + script + "</html>"),
		"page without end": []byte("\n\n  <HTML><body onload=alert(1)>" + script),
		"drawing":          []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">` + script + `</svg>`),
		"drawing in XML":   []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">` + script + `</svg>`),
		"style sheet":      []byte(`<?xml version="1.0"?><?xml-stylesheet href="https://elsewhere.example/x.xsl"?><a/>`),
		"GIF and script":   []byte("GIF89a=1;/*\x00\x01\x00\x00;*/alert(1);" + script),
		"PDF and page":     []byte("%PDF-1.7\n" + script + "\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF"),
		"page and PDF":     []byte("<html>" + script + "%PDF-1.7\n%%EOF"),
		"archive and page": []byte(archive),
		"PNG and page":     []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + script),
		"JPEG and script":  []byte("\xff\xd8\xff\xe0\x2f\x2a\x4a\x46\x49\x46*/=alert(1)/*" + script),
		"mail":             []byte("Subject: x\r\nContent-Type: text/html\r\n\r\n" + script),
		"marked text":      []byte("\xef\xbb\xbf" + script),
		"wide text":        []byte("\xff\xfe<\x00s\x00c\x00r\x00i\x00p\x00t\x00>\x00"),
		"shortcut":         []byte("[InternetShortcut]\r\nURL=javascript:alert(1)\r\n"),
	}
}

// UPL-06: whatever bytes are and whatever they are called, they leave as what a
// browser runs nothing of: inert under a policy that lets nothing run, of a type
// of ours, as an attachment unless we have made them ourselves.
func TestUPL06(t *testing.T) {
	either(t, func(w *world) {
		s := stage(w)
		ends := []string{".html", ".svg", ".pdf", ".png", ".eml", ".txt", ".docx", ".js", ".xhtml", ".mht"}
		n, step := 0, 5 // a fifth of them
		if long() {
			step = 1
		}
		for name, raw := range actives() {
			for _, end := range ends {
				if n++; n%step != 0 {
					continue
				}
				doc, err := s.firm.file(s.lead, document.BeginUpload{Space: s.room.id, Tray: space.FirmTray, Name: name + end, Again: true}, append(raw, fmt.Sprintf("<!-- %d -->", n)...))
				w.must(err)
				s.inert(doc, name+end)
			}
		}
	}, withReaders)
}

// inert asks for a document in every way that gives bytes to a browser.
func (s *scene) inert(doc id.Item, name string) {
	s.t.Helper()
	page := s.firm.path("spaces", string(s.room.id), "documents", string(doc))
	for _, way := range []string{"/file", "/file?part=1", "/view", "/view?page=1", "/view?text=1", "/view?part=1"} {
		a := s.lead.do(get(page + way))
		if a.status != http.StatusOK {
			if a.status >= 500 {
				s.t.Errorf("%s%s: %d", name, way, a.status)
			}
			continue // an error page of ours
		}
		media, _, _ := strings.Cut(a.header.Get("Content-Type"), ";")
		policy := a.header.Get("Content-Security-Policy")
		attached := strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment")
		switch {
		case !strings.Contains(policy, "sandbox") || strings.Contains(policy, "allow-scripts"):
			s.t.Errorf("%s%s: the policy is %q", name, way, policy)
		case a.header.Get("X-Content-Type-Options") != "nosniff":
			s.t.Errorf("%s%s: its type may be guessed", name, way)
		case strings.HasPrefix(way, "/file") && !attached:
			s.t.Errorf("%s%s: shown and not taken", name, way)
		case !attached && media != "text/plain" && media != "image/jpeg" && media != "application/pdf":
			s.t.Errorf("%s%s: shown as %s", name, way, media)
		case media == "image/jpeg" && way != "/file" && bytes.Contains(a.body, []byte("<script")):
			s.t.Errorf("%s%s: a picture of ours holds a script", name, way)
		}
	}
}

package proof

import (
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"cenacle/internal/document"
	"cenacle/internal/space"
)

// Too much, too late, at the wrong place: each gets its own answer, in words,
// and does no harm.
func TestRefusals(t *testing.T) {
	either(t, func(w *world) {
		s := stage(w)
		room := s.firm.path("spaces", string(s.room.id))
		s.tooLarge(room)
		s.wrongOffset(room)
		s.hugeUpload(room)
		s.twice(room)
		s.braked()
	}, "CENACLE_LIMIT_UPLOAD=6 GB")
}

func (s *scene) says(a answer, status int, words ...string) {
	s.t.Helper()
	if a.status != status {
		s.t.Errorf("%s %s: %d, want %d: %s", a.method, a.path, a.status, status, a.text())
	}
	for _, word := range words {
		if !strings.Contains(strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(string(a.body)), word) {
			s.t.Errorf("%s %s does not say %q: %s", a.method, a.path, word, a.text())
		}
	}
}

// tooLarge: 413 with the limit in words.
func (s *scene) tooLarge(room string) {
	s.t.Helper()
	s.says(s.lead.do(create(room+"/uploads", "6000000001", "filename", "trop.zip", "tray", "firm")), http.StatusRequestEntityTooLarge, "6 Go")
	s.says(s.lead.do(create(room+"/uploads", "9223372036854775807", "filename", "trop.zip", "tray", "firm")), http.StatusRequestEntityTooLarge)
	s.says(s.lead.do(post(room+"/memos", "subject", "Sujet", "body", strings.Repeat("texte ", 100_000))), http.StatusRequestEntityTooLarge)
	s.says(s.lead.do(post(room+"/memos", "subject", "Sujet", "body", strings.Repeat("t", 20_001))), http.StatusUnprocessableEntity, "20 000")
	for _, length := range []string{"", "-1", "1.5", "x", "9223372036854775808"} {
		s.says(s.lead.do(create(room+"/uploads", length, "filename", "a", "tray", "firm")), http.StatusUnprocessableEntity)
	}
}

// wrongOffset: 409 with the true one; no byte is taken (UPL-07).
func (s *scene) wrongOffset(room string) {
	s.t.Helper()
	raw := content("morceau", 200_000)
	at := s.lead.want(http.StatusCreated, create(room+"/uploads", "200000", "filename", "morceau", "tray", "firm")).header.Get("Location")
	from := s.lead.want(http.StatusNoContent, patch(at, "0", raw[:140_000])).header.Get("Upload-Offset")
	true, err := strconv.Atoi(from)
	s.must(err)
	for _, offset := range []string{"0", "1", strconv.Itoa(true - 1), strconv.Itoa(true + 1), "200000", "4611686018427387904"} {
		a := s.lead.do(patch(at, offset, raw[:1000]))
		s.says(a, http.StatusConflict)
		if got := a.header.Get("Upload-Offset"); got != from {
			s.t.Errorf("at %s the server says its offset is %q, and it is %s", offset, got, from)
		}
	}
	for _, offset := range []string{"", "-1", "x", "9223372036854775808"} {
		s.says(s.lead.do(patch(at, offset, raw[:1000])), http.StatusUnprocessableEntity)
	}
	s.says(s.lead.do(patch(at, from, append(slices.Clone(raw[true:]), "zu viel"...))), http.StatusUnprocessableEntity, "200 000")
	head := s.lead.want(http.StatusOK, call{method: http.MethodHead, path: at}.with("Tus-Resumable", tus))
	offset, err := strconv.Atoi(head.header.Get("Upload-Offset"))
	s.must(err)
	if offset < len(raw) {
		head = s.lead.want(http.StatusNoContent, patch(at, strconv.Itoa(offset), raw[offset:]))
	}
	if got := head.header.Get("X-Content-Sha256"); got != digest(raw) {
		s.t.Errorf("after all that the bytes are %s", got)
	}
}

// hugeUpload: more than 4 GB are announced, begun, cut and continued at the
// true offset; they need not all come.
func (s *scene) hugeUpload(room string) {
	s.t.Helper()
	u := s.lead.want(http.StatusCreated, create(room+"/uploads", "5000000000", "filename", "vidéo.mkv", "tray", "firm"))
	at := u.header.Get("Location")
	raw := content("image", 300_000)
	sent := 0
	for range 3 {
		a := s.lead.want(http.StatusNoContent, patch(at, strconv.Itoa(sent), raw))
		sent, _ = strconv.Atoi(a.header.Get("Upload-Offset"))
		head := s.lead.want(http.StatusOK, call{method: http.MethodHead, path: at}.with("Tus-Resumable", tus))
		if got := head.header.Get("Upload-Offset"); got != strconv.Itoa(sent) || head.header.Get("Upload-Length") != "5000000000" {
			s.t.Errorf("a huge upload is at %s of %s, was at %d", got, head.header.Get("Upload-Length"), sent)
		}
	}
	if sent < 3*(300_000-65_536) {
		s.t.Errorf("of 900,000 bytes only %d were kept", sent)
	}
	s.says(s.lead.do(patch(at, "4294967296", raw)), http.StatusConflict)
	s.lead.want(http.StatusNoContent, call{method: http.MethodDelete, path: at}.with("Tus-Resumable", tus))
	s.lead.want(http.StatusNotFound, call{method: http.MethodHead, path: at}.with("Tus-Resumable", tus))
}

// twice: what somebody else was faster with is a conflict, not a fault of ours.
func (s *scene) twice(room string) {
	s.t.Helper()
	doc := room + "/documents/" + s.ids["inner"]
	s.lead.want(http.StatusSeeOther, post(doc+"/address", "circle", s.ids["all"]))
	s.says(s.lead.do(post(doc+"/address", "circle", s.ids["all"])), http.StatusConflict)
	s.says(s.lead.do(post(room+"/people", "name", s.guest.name, "email", s.guest.email, "role", "guest")), http.StatusConflict)
	s.says(s.lead.do(post(room+"/people/"+string(s.lead.id)+"/remove")), http.StatusConflict)
	s.client.want(http.StatusSeeOther, post(room+"/deposit/close", "leave", "1"))
	if a := s.client.do(post(room + "/deposit/close")); a.status != http.StatusUnprocessableEntity && a.status != http.StatusConflict {
		s.t.Errorf("a second « J'ai terminé »: %d", a.status)
	}
}

// braked: guessing ends with 429 and a time, for the account and not for the
// others.
func (s *scene) braked() {
	s.t.Helper()
	b := s.nobody()
	var a answer
	for range 11 {
		a = b.do(post("/signin", "email", s.guest.email, "password", "faux-"+password))
		if a.status != http.StatusUnauthorized {
			break
		}
	}
	s.says(a, http.StatusTooManyRequests)
	if wait, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || wait < 60 || wait > 3600 {
		s.t.Errorf("Retry-After: %q", a.header.Get("Retry-After"))
	}
	s.says(b.do(post("/signin", "email", s.guest.email, "password", password)), http.StatusTooManyRequests)
	b.want(http.StatusSeeOther, post("/signin", "email", s.client.email, "password", password))
	s.clock.advance(61 * time.Minute)
	b.want(http.StatusSeeOther, post("/signin", "email", s.guest.email, "password", password))
}

// hostile are names that break other products: paths, devices, marks that turn
// the writing, quotes, line ends, names equal but for case or Unicode form.
func hostile() []string {
	return []string{
		"Pièce n° 3 — été 2024 (définitif) .pdf", "../../../../etc/passwd", `..\..\boot.ini`, "/etc/shadow", "C:\\CON", "con.txt", "nul",
		"a\r\nSet-Cookie: x=y", "a\x00.pdf", "\"; filename=\"evil.exe", "a;b.txt", "a%2f..%2fb", "%00", "<script>alert(1)</script>.html",
		"'\"><img src=x onerror=alert(1)>.svg", "{{.}}", "${7*7}", "=cmd|'/c calc'!A1", "\u202Egnp.exe", "\uFEFFnom", " ", ".", "..", "...",
		".htaccess", "rapport.pdf", "RAPPORT.pdf", "Rapport.PDF", "e\u0301te\u0301.txt", "\u00e9t\u00e9.txt", "ｆｕｌｌ.txt", "ﬁn.txt",
		strings.Repeat("é", 600), strings.Repeat("a", 3000) + ".pdf", "\U0001F4C4.txt", "日本語.txt", "\xff\xfe.bin", "a\u2028b.txt", "~", "-rf *", "$(reboot)",
	}
}

// UPL-01: whatever a file is called, its bytes come back as they were, under
// one safe name, and no part of the name is on the disk.
func TestUPL01(t *testing.T) {
	each(t, func(w *world) {
		s := stage(w)
		room := s.firm.path("spaces", string(s.room.id))
		sent := map[string]string{} // SHA-256 of the bytes, by themselves
		for n, name := range hostile() {
			raw := content(strconv.Itoa(n), 10+n)
			if n == 5 {
				raw = nil // an empty file is a file
			}
			sent[digest(raw)] = name
			if n%2 == 0 {
				_, err := s.firm.file(s.lead, document.BeginUpload{Space: s.room.id, Tray: space.FirmTray, Name: name}, raw)
				w.must(err)
				continue
			}
			form := file(room+"/files", "NAME", raw, "tray", "firm")
			form.body = []byte(strings.Replace(string(form.body), "NAME", escape(name), 1))
			s.lead.want(http.StatusSeeOther, form)
		}
		page := string(s.lead.want(http.StatusOK, get(room+"?after-firm=8")).body) // fifty at once, from the newest on
		for _, found := range slices.Compact(regexp.MustCompile(`/documents/[0-9a-z]{26}/file`).FindAllString(page, -1)) {
			a := s.lead.want(http.StatusOK, get(room+found))
			s.named(a)
			delete(sent, digest(a.body))
		}
		if len(sent) > 0 {
			w.t.Errorf("these names are not listed with their bytes: %q", sent)
		}
		if strings.Contains(page, "<script>alert") || strings.Contains(page, "<img src=x") {
			w.t.Error("a name has become markup")
		}
		s.nameless()
	})
}

// escape writes a name into a form as browsers do (HTML, multipart/form-data
// encoding): quotes and line ends alone are escaped.
func escape(name string) string {
	return strings.NewReplacer("\r", "%0D", "\n", "%0A", `"`, "%22").Replace(name)
}

// named demands that a download has exactly one name, which is one part of a
// path on every system.
func (s *scene) named(a answer) {
	s.t.Helper()
	if n := len(a.header.Values("Content-Disposition")); n != 1 {
		s.t.Errorf("%s: %d dispositions", a.path, n)
	}
	kind, params, err := mime.ParseMediaType(a.header.Get("Content-Disposition"))
	name := params["filename"]
	if err != nil || kind != "attachment" || len(params) != 1 {
		s.t.Errorf("%s: %q is %s, %v, %v", a.path, a.header.Get("Content-Disposition"), kind, params, err)
	}
	if name == "" || name == "." || name == ".." || len(name) > 255 || strings.ContainsAny(name, "/\\\x00\r\n\"<>:|?*\u202e\u2028") {
		s.t.Errorf("%s is called %q", a.path, name)
	}
	if a.header.Get("Set-Cookie") != "" {
		s.t.Errorf("%s: a name has become a header", a.path)
	}
}

var stored = regexp.MustCompile(`^[0-9a-z]{1,26}$`)

// nameless demands that nothing below the firms' folders is called by a person.
func (s *scene) nameless() {
	s.t.Helper()
	files := 0
	s.must(filepath.WalkDir(filepath.Join(s.data, "firms"), func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if !stored.MatchString(name) && !strings.HasPrefix(name, "firm.db") {
			s.t.Errorf("the disk holds %s", path)
		}
		files++
		return nil
	}))
	if files < 40 {
		s.t.Errorf("only %d files on the disk", files)
	}
}

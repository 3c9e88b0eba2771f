package mail

import (
	"bytes"
	"errors"
	"html"
	"io"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	gomessage "github.com/emersion/go-message/mail"

	"cenacle/internal/fault"
	"cenacle/internal/fold"
	"cenacle/internal/i18n"
	"cenacle/internal/seedtest"
)

// headers is every header of a notice and nothing else.
func headers() []string {
	return []string{"Auto-Submitted", "Content-Language", "Content-Type", "Date", "From", "Message-Id",
		"Mime-Version", "Subject", "To", "X-Auto-Response-Suppress"}
}

// sameMessage reads raw with a parser that shares no code with the writer and
// compares every header and part with m.
func sameMessage(t *testing.T, raw []byte, m Message) {
	t.Helper()
	r, err := gomessage.CreateReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("unreadable: %v\n%s", err, raw)
	}
	var names []string
	for f := r.Header.Fields(); f.Next(); {
		names = append(names, f.Key())
	}
	slices.Sort(names)
	if !slices.Equal(names, headers()) {
		t.Fatalf("headers %v, want %v\n%s", names, headers(), raw)
	}
	from, errFrom := r.Header.AddressList("From")
	to, errTo := r.Header.AddressList("To")
	subject, errSubject := r.Header.Subject()
	messageID, errID := r.Header.MessageID()
	date, errDate := r.Header.Date()
	if err := errors.Join(errFrom, errTo, errSubject, errID, errDate); err != nil {
		t.Fatalf("headers do not parse: %v\n%s", err, raw)
	}
	if len(from) != 1 || from[0].Address != m.From || spaces(from[0].Name) != spaces(m.FromName) {
		t.Errorf("From %v, want %q %q", from, m.FromName, m.From)
	}
	if len(to) != 1 || to[0].Address != m.To || to[0].Name != "" {
		t.Errorf("To %v, want %q", to, m.To)
	}
	if spaces(subject) != spaces(m.Subject) {
		t.Errorf("Subject %q, want %q", subject, m.Subject)
	}
	if messageID != m.ID || !date.Equal(m.Date.Truncate(time.Second)) || r.Header.Get("Content-Language") != m.Language {
		t.Errorf("ID %q, date %v, language %q", messageID, date, r.Header.Get("Content-Language"))
	}
	if r.Header.Get("Auto-Submitted") != "auto-generated" || r.Header.Get("X-Auto-Response-Suppress") != "All" {
		t.Error("the headers against automatic answers are missing")
	}
	sameParts(t, r, m)
}

func sameParts(t *testing.T, r *gomessage.Reader, m Message) {
	t.Helper()
	whole := "multipart/alternative"
	if len(m.Files) > 0 {
		whole = "multipart/mixed"
	}
	if kind, _, err := r.Header.ContentType(); err != nil || kind != whole {
		t.Errorf("content type %q, %v", kind, err)
	}
	for _, want := range []struct{ kind, body string }{{"text/plain", m.Text}, {"text/html", m.HTML}} {
		part, err := r.NextPart()
		if err != nil {
			t.Fatalf("part %s: %v", want.kind, err)
		}
		inline, ok := part.Header.(*gomessage.InlineHeader)
		if !ok {
			t.Fatalf("part %s is an attachment", want.kind)
		}
		kind, parameters, err := inline.ContentType()
		if err != nil || kind != want.kind || !strings.EqualFold(parameters["charset"], "utf-8") {
			t.Errorf("part %q %v, %v, want %s", kind, parameters, err, want.kind)
		}
		body, err := io.ReadAll(part.Body)
		if err != nil || lines(string(body)) != lines(want.body) {
			t.Errorf("%s is\n%q, want\n%q (%v)", want.kind, body, want.body, err)
		}
	}
	for _, f := range m.Files {
		sameFile(t, r, f)
	}
	if _, err := r.NextPart(); err != io.EOF {
		t.Errorf("a part more: %v", err)
	}
}

func sameFile(t *testing.T, r *gomessage.Reader, f File) {
	t.Helper()
	part, err := r.NextPart()
	if err != nil {
		t.Fatalf("file %q: %v", f.Name, err)
	}
	attached, ok := part.Header.(*gomessage.AttachmentHeader)
	if !ok {
		t.Fatalf("file %q is shown inline", f.Name)
	}
	name, err := attached.Filename()
	if err != nil || name != f.Name {
		t.Errorf("file %q is called %q, %v", f.Name, name, err)
	}
	if kind, _, err := attached.ContentType(); err != nil || kind != plain(f.Media) {
		t.Errorf("file %q is of type %q, %v", f.Name, kind, err)
	}
	if got, err := io.ReadAll(part.Body); err != nil || !bytes.Equal(got, f.Data) {
		t.Errorf("file %q: %d bytes of %d, %v", f.Name, len(got), len(f.Data), err)
	}
}

// written is m as it goes to the server.
func written(t *testing.T, m Message) []byte {
	t.Helper()
	letter, err := write(m)
	if err != nil {
		t.Fatal(err)
	}
	var raw bytes.Buffer
	if _, err := letter.WriteTo(&raw); err != nil {
		t.Fatal(err)
	}
	return raw.Bytes()
}

// spaces and lines undo what folding and line ends may change.
func spaces(s string) string { return strings.Join(strings.Fields(s), " ") }

func lines(s string) string {
	return strings.TrimRight(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s), "\n")
}

// fragments are what an attacker puts together.
func fragments() []string {
	return []string{"\r\n", "\n", "\r", "\r\n ", "\r\n\r\n", "Bcc: eve@evil.example", "\r\nBcc: eve@evil.example\r\n", "Subject: x",
		"Content-Type: text/html", "--boundary", "\r\n--", "\x00", "\x0b", "\x0c", "\u0085", "\u2028", "\u2029", "\u202e", "\u200b", "\ufeff",
		"=?utf-8?q?=0d=0aBcc:_eve?=", "=?utf-8?b?DQpCY2M6IGV2ZQ==?=", "=?", "?=", "<eve@evil.example>", "\"", "\\", "\\\"", ",", ";", ":", "(c)",
		"eve@evil.example", "@", " ", "  ", "\t", "a", "Élodie", "é", "👩🏽‍⚖️", "法", "\xff", "\xc3", strings.Repeat("x", 90), strings.Repeat("é", 70),
		".", "\r\n.\r\n", "..", "<script>alert(1)</script>", "&amp;", "{{.Link}}", "{0}", "%0d%0a", "%s", "//evil.example", "/", "..", "?", "#", "="}
}

func hostile(r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(5) {
		b.WriteString(fragments()[r.IntN(len(fragments()))])
	}
	return b.String()
}

// OUT-02: whatever stands in a field, either the message is refused or exactly
// the intended headers and parts come out.
func TestOUT02_TwoThousandHostileMessages(t *testing.T) {
	seed := seedtest.Of(t)
	r := rand.New(rand.NewPCG(seed, 0))
	accepted, refused := 0, 0
	for accepted+refused < 2000 {
		m := sample()
		for range 1 + r.IntN(2) {
			bad := hostile(r)
			field := []*string{&m.ID, &m.From, &m.FromName, &m.FromName, &m.To, &m.Subject, &m.Subject, &m.Text, &m.HTML, &m.Language}[r.IntN(10)]
			switch r.IntN(3) {
			case 0:
				*field = bad
			case 1:
				*field += bad
			case 2:
				*field = bad + *field
			}
		}
		if err := m.Valid(); err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("refused as %v", err)
			}
			refused++
			continue
		}
		accepted++
		raw := written(t, m)
		sameMessage(t, raw, m)
		if t.Failed() {
			t.Fatalf("message %+v\n%s", m, raw)
		}
	}
	if accepted < 250 || refused < 250 {
		t.Errorf("%d accepted, %d refused: the cases prove little", accepted, refused)
	}
}

// The same through the composer: hostile firm names and paths.
func TestOUT02_HostileEnvelopes(t *testing.T) {
	seed := seedtest.Of(t)
	r := rand.New(rand.NewPCG(seed, 0))
	c := composer(t)
	const base = "https://espace.example"
	accepted := 0
	for range 2000 {
		path := "/" + hostile(r)
		e := envelope(i18n.French)
		e.Firm = hostile(r)
		m, err := c.Compose(e, NewItem{Path: path})
		if err != nil {
			continue
		}
		accepted++
		if u, err := url.Parse(base + path); err != nil || u.Host != "espace.example" || u.User != nil {
			t.Fatalf("path %q leads to %v, %v", path, u, err)
		}
		if !strings.Contains(m.Text, "\n"+base+path+"\n") || strings.ContainsAny(m.FromName, `<>@"`) {
			t.Fatalf("path %q, firm %q: from %q\n%s", path, e.Firm, m.FromName, m.Text)
		}
		raw := written(t, m)
		sameMessage(t, raw, m)
		if t.Failed() {
			t.Fatalf("firm %q, path %q", e.Firm, path)
		}
	}
	if accepted < 100 {
		t.Errorf("%d accepted: the cases prove little", accepted)
	}
}

func TestAddresses(t *testing.T) {
	for _, good := range []string{"a@b.fr", "jean-pierre.o'neil+x@cabinet.example", "élodie@société.example", "a@localhost"} {
		if err := checkAddress(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"", "a", "@b.fr", "a@", "a b@c.fr", "a@b.fr, c@d.fr", "A <a@b.fr>", "<a@b.fr>", `"a b"@c.fr`, "a@[192.0.2.1]", "a@b.fr\r\nBcc: c@d.fr",
		"a@b.fr ", " a@b.fr", "a@b.fr\x00", "a\u202e@b.fr", "a\u200b@b.fr", "a@b@c.fr", "a@b.fr (c)", "a;b@c.fr", strings.Repeat("a", 250) + "@b.fr", "a\xff@b.fr"} {
		if err := checkAddress(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

// What the random cases have found, and what they may miss on a given day.
func TestValidRefuses(t *testing.T) {
	for name, change := range map[string]func(*Message){
		"backslash in an encoded name": func(m *Message) { m.FromName = `É\` },
		"encoded word in a name":       func(m *Message) { m.FromName = "=?utf-8?q?x?=" },
		"encoded word in a subject":    func(m *Message) { m.Subject = "=?utf-8?q?=0d=0aBcc:_x?=" },
		"second header":                func(m *Message) { m.Subject = "a\r\nBcc: c@d.fr" },
		"line feed alone":              func(m *Message) { m.FromName = "a\nb" },
		"line separator":               func(m *Message) { m.Subject = "a\u2028b" },
		"turned writing":               func(m *Message) { m.Subject = "a\u202eb" },
		"long subject":                 func(m *Message) { m.Subject = strings.Repeat("é", maxHeader+1) },
		"bad UTF-8":                    func(m *Message) { m.Subject = "\xff" },
		"port in the ID":               func(m *Message) { m.ID += ":8080" },
		"empty label in the ID":        func(m *Message) { m.ID += "." },
		"no host in the ID":            func(m *Message) { m.ID = string(m.Job()) + "@" },
		"no job in the ID":             func(m *Message) { m.ID = "x@espace.example" },
		"bracket in the ID":            func(m *Message) { m.ID += "> x" },
		"carriage return in a body":    func(m *Message) { m.Text = "a\rb\n" },
		"NUL in a body":                func(m *Message) { m.HTML = "a\x00" },
		"no text":                      func(m *Message) { m.Text = "" },
		"no page":                      func(m *Message) { m.HTML = "" },
		"language of a header":         func(m *Message) { m.Language = "fr\r\nX: y" },
		"no language":                  func(m *Message) { m.Language = "" },
		"no date":                      func(m *Message) { m.Date = time.Time{} },
	} {
		m := sample()
		change(&m)
		if err := m.Valid(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := sample().Valid(); err != nil {
		t.Errorf("the sample itself: %v", err)
	}
}

// The same in titles, which stand in the text alone: each on its line, of what can be
// seen, and written out in the page.
func TestOUT02_HostileTitles(t *testing.T) {
	seed := seedtest.Of(t)
	r := rand.New(rand.NewPCG(seed, 0))
	c := composer(t)
	plain, err := c.Compose(envelope(i18n.French), NewItem{path})
	if err != nil {
		t.Fatal(err)
	}
	for range 2000 {
		titles := []string{hostile(r), hostile(r)}
		m, err := c.Compose(envelope(i18n.French), Titled{AtSignIn{NewItem{path}}, titles, nil})
		if err != nil {
			t.Fatalf("titles %q: %v", titles, err)
		}
		if m.Subject != plain.Subject || m.FromName != plain.FromName || m.To != plain.To {
			t.Fatalf("titles %q: a header changed: %+v", titles, m)
		}
		said := 0
		for line := range strings.Lines(m.Text) {
			if title, is := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "– "); is {
				said++
				if strings.ContainsFunc(title, unprintable) || utf8.RuneCountInString(title) > maxTitle || !strings.Contains(m.HTML, "– "+html.EscapeString(title)+"</p>") && !strings.ContainsAny(title, `'"+`+"\x00") {
					t.Fatalf("titles %q: %q in\n%s", titles, title, m.HTML)
				}
			}
		}
		if said > len(titles) || strings.Count(m.HTML, "<") != strings.Count(plain.HTML, "<")+2*said+2*min(said, 1) {
			t.Fatalf("titles %q: %d said\n%s", titles, said, m.HTML)
		}
		raw := written(t, m)
		sameMessage(t, raw, m)
		if t.Failed() {
			t.Fatalf("titles %q", titles)
		}
	}
}

// The same in the names and types of files: either the message is refused, or its reader
// finds exactly these files.
func TestOUT02_HostileFiles(t *testing.T) {
	r := rand.New(rand.NewPCG(seedtest.Of(t), 0))
	types := []string{"application/pdf", "text/html", "text/plain; charset=utf-8", "message/rfc822", "multipart/mixed; boundary=x", "", "a/b\r\nBcc: eve@evil.example"}
	accepted := 0
	for n := range 2000 {
		m := sample()
		for range 1 + r.IntN(2) {
			name := hostile(r)
			if n%4 > 0 {
				name = fold.File(name)
			}
			data := make([]byte, r.IntN(200))
			for i := range data {
				data[i] = byte(r.Uint32())
			}
			m.Files = append(m.Files, File{name, types[r.IntN(len(types))], data})
		}
		if err := m.Valid(); err != nil {
			if n%4 > 0 {
				t.Fatalf("files %q: %v", m.Files, err)
			}
			continue
		}
		accepted++
		sameMessage(t, written(t, m), m)
		if t.Failed() {
			t.Fatalf("files %q", m.Files)
		}
	}
	if accepted < 1000 {
		t.Errorf("%d accepted: the cases prove little", accepted)
	}
}

package upload_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/id"
	"cenacle/internal/space"
	"cenacle/internal/web"
	"cenacle/internal/web/page/upload"
	"cenacle/internal/web/webtest"
)

func open(t *testing.T) *webtest.Cast {
	return webtest.NewCast(t, func(c *webtest.Cast) []web.Route {
		p := &upload.Pages{Documents: c.Documents, Until: func(d time.Duration) time.Time { return time.Now().Add(d) }}
		const all, one = "/f/{firm}/spaces/{space}/uploads", "/f/{firm}/spaces/{space}/uploads/{upload}"
		member := func(pattern string, action authz.Action, long bool, handle web.Handler) web.Route {
			r := web.Route{Pattern: pattern, Door: web.Member, Action: action, Long: long, Handle: handle}
			if long {
				r.Body = -1
			}
			return r
		}
		return []web.Route{
			member("POST /f/{firm}/spaces/{space}/files", authz.DocumentFile, true, p.Plain),
			member("OPTIONS "+all, authz.SpaceSee, false, p.Options), member("POST "+all, authz.DocumentFile, false, p.Create),
			member("HEAD "+one, authz.DocumentFile, false, p.Offset), member("PATCH "+one, authz.DocumentFile, true, p.Append),
			member("DELETE "+one, authz.DocumentFile, false, p.Cancel),
		}
	})
}

func metadata(pairs ...string) string {
	var out []string
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, pairs[i]+" "+base64.StdEncoding.EncodeToString([]byte(pairs[i+1])))
	}
	return strings.Join(out, ",")
}

const version = "1.0.0"

// desk sends uploads in somebody's name.
type desk struct {
	*webtest.Cast
	t  *testing.T
	by *webtest.Player
}

func (d desk) create(size string, pairs ...string) webtest.Page {
	return d.by.Send(http.MethodPost, d.Path("uploads"), nil, "Tus-Resumable", version, "Upload-Length", size, "Upload-Metadata", metadata(pairs...))
}

// begin announces a file and returns where its bytes go.
func (d desk) begin(size int) string {
	d.t.Helper()
	page := d.create(strconv.Itoa(size), "filename", "Pièce n° 3.pdf", "tray", "firm")
	if page.Status != 201 || page.Header.Get("Upload-Offset") != "0" || !strings.HasPrefix(page.Location, d.Path("uploads")) {
		d.t.Fatalf("announced: %d to %q at %q", page.Status, page.Location, page.Header.Get("Upload-Offset"))
	}
	return page.Location
}

func (d desk) patch(path, offset string, body []byte) webtest.Page {
	return d.by.Send(http.MethodPatch, path, bytes.NewReader(body), "Tus-Resumable", version, "Upload-Offset", offset, "Content-Type", "application/offset+octet-stream")
}

func (d desk) head(path string) webtest.Page {
	return d.by.Send(http.MethodHead, path, nil, "Tus-Resumable", version)
}

func (d desk) drop(path string) webtest.Page {
	return d.by.Send(http.MethodDelete, path, nil, "Tus-Resumable", version)
}

// part sends the first bytes of a content and returns how many are durable: what
// does not fill a segment is sent again.
func (d desk) part(path string, content []byte, sent int) int {
	d.t.Helper()
	page := d.patch(path, "0", content[:sent])
	kept, err := strconv.Atoi(page.Header.Get("Upload-Offset"))
	if err != nil || page.Status != 204 || kept > sent || kept < sent-64<<10 || page.Header.Get("Upload-Length") != strconv.Itoa(len(content)) {
		d.t.Fatalf("the first part: %d at %s", page.Status, page.Header.Get("Upload-Offset"))
	}
	return kept
}

// at wants an upload to stand at an offset.
func (d desk) at(path string, offset int) {
	d.t.Helper()
	page := d.head(path)
	if got := page.Header.Get("Upload-Offset"); page.Status != 200 || got != strconv.Itoa(offset) || page.Header.Get("Cache-Control") != "no-store" {
		d.t.Errorf("it stands at %q (%d), want %d", got, page.Status, offset)
	}
}

func (d desk) filed() int {
	d.t.Helper()
	all, err := d.Documents.List(d.t.Context(), d.Lead.Actor, document.ListQuery{Space: d.Space, Limit: 100})
	if err != nil {
		d.t.Fatal(err)
	}
	return len(all)
}

func TestProtocol(t *testing.T) {
	d := desk{open(t), t, nil}
	d.by = d.Lead
	page := d.by.Send(http.MethodOptions, d.Path("uploads"), nil)
	if page.Status != 204 || page.Header.Get("Tus-Version") != version || page.Header.Get("Tus-Extension") != "creation,termination" {
		t.Errorf("options: %d %v", page.Status, page.Header)
	}
	content := bytes.Repeat([]byte("une pièce "), 20_000)
	path := d.begin(len(content))
	d.at(path, 0)
	half := d.part(path, content, 128<<10)
	d.at(path, half)
	page = d.patch(path, strconv.Itoa(half), content[half:])
	sum := sha256.Sum256(content)
	if page.Status != 204 || page.Header.Get("X-Content-SHA256") != hex.EncodeToString(sum[:]) || page.Header.Get("Tus-Resumable") != version {
		t.Errorf("the last part: %d %v", page.Status, page.Header)
	}
	d.at(path, len(content))
	if n := d.filed(); n != 1 {
		t.Errorf("%d documents, want 1", n)
	}
	other := d.begin(10)
	if page := d.drop(other); page.Status != 204 {
		t.Errorf("dropped: %d", page.Status)
	}
	if page := d.head(other); page.Status != 404 {
		t.Errorf("after it was dropped: %d", page.Status)
	}
	if page := d.create("0", "filename", "vide.txt", "tray", "firm"); page.Status != 201 || page.Header.Get("X-Content-SHA256") == "" || d.filed() != 2 {
		t.Errorf("an empty file: %d, %d documents", page.Status, d.filed())
	}
}

// TestUPL07_Abuse: nothing of this is accepted, and nothing moves.
func TestUPL07_Abuse(t *testing.T) {
	d := desk{open(t), t, nil}
	d.by = d.Lead
	for name, want := range map[string]int{
		"": 422, "-1": 422, "+5": 422, " 5": 201, "5 ": 201, "5.0": 422, "0x5": 422, "1e3": 422, "5,6": 422, "1_000": 422, "٥": 422,
		"9223372036854775807": 413, "9223372036854775808": 422, "99999999999999999999999999": 422, strconv.Itoa(webtest.Limit + 1): 413, strconv.Itoa(webtest.Limit): 201,
	} {
		if page := d.create(name, "filename", "a", "tray", "firm"); page.Status != want {
			t.Errorf("a length of %q: %d, want %d", name, page.Status, want)
		}
	}
	content := bytes.Repeat([]byte("abcdefgh"), 32<<10) // 256 KiB
	path := d.begin(len(content))
	stand := d.part(path, content, 128<<10)
	for offset, want := range map[string]int{
		"": 422, "-1": 422, "+" + strconv.Itoa(stand): 422, "x": 422, strconv.Itoa(stand) + ".0": 422, "9223372036854775807": 409, "9223372036854775808": 422,
		"0": 409, strconv.Itoa(stand - 1): 409, strconv.Itoa(stand + 1): 409, "65536": 409, strconv.Itoa(len(content)): 409,
	} {
		page := d.patch(path, offset, content[stand:])
		if page.Status != want {
			t.Errorf("bytes at %q: %d, want %d", offset, page.Status, want)
		}
		if page.Header.Get("Tus-Resumable") != version {
			t.Errorf("bytes at %q: the answer does not say its version", offset)
		}
		d.at(path, stand)
	}
	for _, media := range []string{"", "text/plain", "application/octet-stream", "multipart/form-data; boundary=x", "application/offset+octet-streams", ";"} {
		page := d.by.Send(http.MethodPatch, path, bytes.NewReader(content[stand:]), "Tus-Resumable", version, "Upload-Offset", strconv.Itoa(stand), "Content-Type", media)
		if page.Status != 422 {
			t.Errorf("bytes as %q: %d", media, page.Status)
		}
	}
	d.at(path, stand)
	if n := d.filed(); n != 0 {
		t.Errorf("%d documents came of it", n)
	}
	if page := d.patch(path, strconv.Itoa(stand), append(bytes.Clone(content[stand:]), "and more than was announced"...)); page.Status != 204 && page.Status != 413 && page.Status != 422 {
		t.Errorf("more than was announced: %d", page.Status)
	}
	all, err := d.Documents.List(t.Context(), d.Lead.Actor, document.ListQuery{Space: d.Space, Limit: 5})
	if err != nil || len(all) > 1 || len(all) == 1 && all[0].Current.Size != int64(len(content)) {
		t.Errorf("it became %+v, %v", all, err)
	}
}

func TestUPL07_OthersHaveNoPart(t *testing.T) {
	d := desk{open(t), t, nil}
	d.by = d.Lead
	path := d.begin(1000)
	invented := d.Path("uploads", id.New[string](d.Clock.Now()))
	for _, by := range []*webtest.Player{d.Colleague, d.Client, d.Guest, d.Reader, d.Stranger} {
		d := desk{d.Cast, t, by}
		for name, page := range map[string]webtest.Page{
			"offset": d.head(path), "bytes": d.patch(path, "0", make([]byte, 1000)), "end": d.drop(path),
			"offset of none": d.head(invented), "bytes of none": d.patch(invented, "0", make([]byte, 10)), "end of none": d.drop(invented),
			"no identifier": d.head(d.Path("uploads", "..%2f..%2fetc")),
		} {
			if page.Status != 404 {
				t.Errorf("%s asks for %s: %d", by.Name, name, page.Status)
			}
		}
	}
	d.at(path, 0)
	for by, want := range map[*webtest.Player]int{d.Reader: 403, d.Stranger: 404} {
		if page := (desk{d.Cast, t, by}).create("10", "filename", "a", "tray", "firm"); page.Status != want {
			t.Errorf("%s announces: %d, want %d", by.Name, page.Status, want)
		}
	}
}

func TestOtherVersionsAreRefused(t *testing.T) {
	d := desk{open(t), t, nil}
	d.by = d.Lead
	path := d.begin(1000)
	for _, v := range []string{"", "1.0", "0.2.2", "2.0.0", "1.0.0, 0.2.2", "1.0.0 "} {
		want := 412
		if v == "1.0.0 " {
			want = 0 // the same version, with a space that HTTP does not count
		}
		for _, method := range []string{http.MethodPost, http.MethodHead, http.MethodPatch, http.MethodDelete} {
			at := path
			if method == http.MethodPost {
				at = d.Path("uploads")
			}
			if want == 0 {
				continue
			}
			page := d.by.Send(method, at, nil, "Tus-Resumable", v, "Upload-Length", "5", "Upload-Offset", "0", "Content-Type", "application/offset+octet-stream")
			if page.Status != want || page.Header.Get("Tus-Version") != version {
				t.Errorf("%s in version %q: %d, %q is spoken", method, v, page.Status, page.Header.Get("Tus-Version"))
			}
		}
	}
	d.at(path, 0)
}

func TestMetadataIsNotBelieved(t *testing.T) {
	d := desk{open(t), t, nil}
	d.by = d.Lead
	for header, want := range map[string]int{
		"filename YQ==,tray ZmlybQ==": 201, "filename YQ==, tray ZmlybQ==": 201, "": 422, "filename": 422, "filename YQ==": 422,
		"filename YQ==,filename Yg==,tray ZmlybQ==": 422, "filename !!,tray ZmlybQ==": 422, "filename YQ,tray ZmlybQ==": 422, "filename YR==,tray ZmlybQ==": 422, ",,,": 422,
		"filename YQ==  ,tray ZmlybQ==": 201, "filename  YQ==,tray ZmlybQ==": 422, "filename YQ==;tray ZmlybQ==": 422,
		metadata("tray", "attic"): 422, metadata("tray", "firm", "folder", "nowhere"): 422, metadata("tray", "firm", "circle", "nowhere"): 422,
		metadata("tray", "firm", "folder", "\x00"): 422, metadata("tray", "firm", "replaces", "nothing"): 404, metadata("tray", "firm", "circle", "\xff"): 422,
		metadata("tray", "firm", "circle", string(d.House.Firm)+","+string(d.House.Client)): 201, metadata("tray", "firm", "unheard", "of"): 201,
		metadata("tray", "firm", "filename", "a\x00\r\nb\xff\u202e"): 201,
	} {
		page := d.by.Send(http.MethodPost, d.Path("uploads"), nil, "Tus-Resumable", version, "Upload-Length", "5", "Upload-Metadata", header)
		if page.Status != want {
			t.Errorf("%q: %d, want %d", header, page.Status, want)
		}
	}
}

// form is what a page without script sends: names and values, and files.
func form(t *testing.T, fields []string, files ...string) (body *bytes.Buffer, media string) {
	t.Helper()
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	for i := 0; i+1 < len(fields); i += 2 {
		if err := w.WriteField(fields[i], fields[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	for i := 0; i+1 < len(files); i += 2 {
		part, err := w.CreateFormFile("file", files[i])
		if err == nil {
			_, err = part.Write([]byte(files[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return body, w.FormDataContentType()
}

func TestPlainForm(t *testing.T) {
	d := desk{open(t), t, nil}
	client := []string{"tray", "client"}
	for name, tt := range map[string]struct {
		by       *webtest.Player
		fields   []string
		files    []string
		status   int
		location string
		filed    int
	}{
		"two files of a client":       {d.Client, client, []string{"Livret.pdf", "un", "Bulletin.pdf", "deux"}, 303, d.Path() + "?done=deposited", 2},
		"no file":                     {d.Client, client, nil, 303, d.Path() + "?done=nothing_chosen", 0},
		"a name of the devil":         {d.Client, client, []string{"../../etc/passwd", "passwd"}, 303, d.Path() + "?done=deposited", 1},
		"the firm's":                  {d.Lead, []string{"tray", "firm", "circle", string(d.House.Client)}, []string{"Projet.pdf", "projet"}, 303, d.Path() + "?done=deposited", 1},
		"a client in the firm's tray": {d.Client, []string{"tray", "firm"}, []string{"a", "x"}, 403, "", 0},
		"an unknown tray":             {d.Lead, []string{"tray", "attic"}, []string{"a", "x"}, 422, "", 0},
		"a long field":                {d.Lead, []string{"tray", "firm", "reason", strings.Repeat("x", 5000)}, []string{"a", "x"}, 422, "", 0},
		"a stranger":                  {d.Stranger, client, []string{"a", "x"}, 404, "", 0},
		"a reader":                    {d.Reader, client, []string{"a", "x"}, 403, "", 0},
		"too large":                   {d.Client, client, []string{"a", strings.Repeat("x", webtest.Limit+1)}, 413, "", 0},
	} {
		before := d.filed()
		body, media := form(t, tt.fields, tt.files...)
		page := tt.by.Send(http.MethodPost, d.Path("files"), body, "Content-Type", media)
		if page.Location != tt.location || page.Status != tt.status {
			t.Errorf("%s: %d to %q, want %d to %q", name, page.Status, page.Location, tt.status, tt.location)
		}
		if got := d.filed() - before; got != tt.filed {
			t.Errorf("%s: %d documents, want %d", name, got, tt.filed)
		}
	}
	for name, body := range map[string]string{"no form": "tray=client", "cut": "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nabc"} {
		media := map[bool]string{true: "multipart/form-data; boundary=x", false: "application/x-www-form-urlencoded"}[name == "cut"]
		before := d.filed()
		page := d.Client.Send(http.MethodPost, d.Path("files"), strings.NewReader(body), "Content-Type", media)
		if page.Status < 400 || page.Status == 500 || d.filed() != before {
			t.Errorf("%s: %d", name, page.Status)
		}
	}
}

// TestTitlesAreReadable: what a document is called cannot hide anything.
func TestTitlesAreReadable(t *testing.T) {
	d := desk{open(t), t, nil}
	d.by = d.Client
	page := d.create("0", "filename", "facture\u202efdp.exe\x00\r\n", "tray", string(space.ClientTray))
	if page.Status != 201 {
		t.Fatalf("%d %s", page.Status, page.Body)
	}
	all, err := d.Documents.List(t.Context(), d.Client.Actor, document.ListQuery{Space: d.Space, Limit: 5})
	if err != nil || len(all) != 1 || all[0].Title != "facturefdp.exe" {
		t.Errorf("filed %s, %v", fmt.Sprint(all), err)
	}
}

package proof

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// known is what the first program said of the installation in testdata/first.tar.gz,
// the demonstration on its day: documents with the SHA-256 of their bytes.
type known struct {
	Firm, Email, Password string
	Documents             map[string]string
}

// TestHA06_Earlier takes an installation over that the first program made, whose schema
// had no migration but the first ones. A binary of that day needs the history of the
// repository, which a clone for tests may not have; its data are in testdata.
func TestHA06_Earlier(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	unpack(t, filepath.Join("testdata", "first.tar.gz"), dir)
	dir = filepath.Join(dir, "earlier")
	data, receipt := filepath.Join(dir, "data"), filepath.Join(dir, "receipt.json")
	var was known
	raw, err := os.ReadFile(filepath.Join(dir, "known.json"))
	if err = errors.Join(err, json.Unmarshal(raw, &was)); err != nil || len(was.Documents) < 5 {
		t.Fatal(was, err)
	}
	settings := []string{"CENACLE_DATA=" + data}
	for _, says := range []string{"directory/0002_certificate.sql", "firm/0002_shelf_life.sql " + was.Firm} { // looking changes nothing
		if said, code := tell(t, settings, "migrate", "--dry-run"); code != 0 || !strings.Contains(said, says) {
			t.Errorf("it awaits (%d): %s", code, said)
		}
	}
	if said, code := tell(t, settings, "journal", "verify"); code != 0 || !strings.Contains(said, "holds") {
		t.Errorf("the journal of then: %d %s", code, said)
	}
	if said, code := tell(t, settings, "migrate"); code != 0 || !strings.HasSuffix(said, "up to date\n") {
		t.Errorf("it was migrated: %d %s", code, said)
	}
	listen := freePort(t)
	p := serve(t, listen, append(settings, "CENACLE_LISTEN="+listen))
	p.ready(20 * time.Second)
	by := browser{t: t, base: p.base}
	a := by.want(http.StatusSeeOther, post("/signin", "email", was.Email, "password", was.Password))
	if by.token = a.session(); by.token == "" {
		t.Fatal("her password of then opens nothing")
	}
	by.want(http.StatusOK, get("/f/"+was.Firm))
	said, code := telling(t, was.Email+"\n", settings, "token", "create", "--firm", was.Firm, "--email", was.Email, "--days", "1")
	if code != 0 {
		t.Fatalf("a token: %d %s", code, said)
	}
	lines := strings.Split(strings.TrimSpace(said), "\n")
	program := browser{t: t, base: p.base, bearer: lines[len(lines)-1]}
	space := ""
	for document, sum := range was.Documents {
		if got := digest(program.want(http.StatusOK, get("/api/v1/documents/"+document+"/content")).body); got != sum {
			t.Errorf("the document %s of then has the SHA-256 %s", document, got)
		}
		var d struct{ Space string }
		if err := json.Unmarshal(program.want(http.StatusOK, get("/api/v1/documents/"+document)).body, &d); err != nil {
			t.Fatal(err)
		}
		space = d.Space
	}
	room := "/f/" + was.Firm + "/spaces/" + space
	by.want(http.StatusSeeOther, file(room+"/files", "neu", []byte("von heute"), "tray", "firm"))
	p.kill()
	if said, code := tell(t, settings, "journal", "verify"); code != 0 || !strings.Contains(said, "holds") {
		t.Errorf("the journal of now: %d %s", code, said)
	}
	if said, code := tell(t, nil, "verify", receipt); code != 0 {
		t.Errorf("the receipt of then: %d %s", code, said)
	}
}

// unpack writes the files of an archive below a folder.
func unpack(t *testing.T, archive, dir string) {
	t.Helper()
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() // read only
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for in := tar.NewReader(z); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil || !filepath.IsLocal(h.Name) {
			t.Fatal(h, err)
		}
		to := filepath.Join(dir, h.Name)
		if h.Typeflag == tar.TypeDir {
			err = os.MkdirAll(to, 0o700)
		} else {
			var raw []byte
			if raw, err = io.ReadAll(in); err == nil {
				err = os.WriteFile(to, raw, 0o600)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

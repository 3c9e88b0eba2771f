package proof

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// installation plays files of doc/installation: the very files, with the paths,
// ports and addresses of a machine that is not ours replaced by those of the test.
type installation struct {
	t       testing.TB
	dir     string   // what stands for the root of the machine
	from    string   // folder below doc/installation
	instead []string // old, new, old, new; each old one must be met
	environ []string // what only a test needs: its own authority
	met     map[string]bool
}

func install(t testing.TB, from string, instead ...string) *installation {
	t.Helper()
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	in := &installation{
		t: t, dir: dir, from: from, met: map[string]bool{},
		instead: append(instead, "/var/lib/cenacle", path("state"),
			"/var/backups/cenacle", path("backups"), "/etc/cenacle", path("etc")),
	}
	for _, name := range []string{"state", "backups", "etc"} {
		in.must(os.Mkdir(path(name), 0o700))
	}
	return in
}

func (in *installation) must(err error) {
	in.t.Helper()
	if err != nil {
		in.t.Fatal(err)
	}
}

func (in *installation) path(names ...string) string {
	return filepath.Join(append([]string{in.dir}, names...)...)
}

// file is one of the files, as this machine has it.
func (in *installation) file(name string) string {
	in.t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "doc", "installation", in.from, name))
	in.must(err)
	text := string(raw)
	for i := 0; i < len(in.instead); i += 2 {
		if strings.Contains(text, in.instead[i]) {
			in.met[in.instead[i]] = true
		}
	}
	return strings.NewReplacer(in.instead...).Replace(text)
}

// put writes one of the files to its place.
func (in *installation) put(name, to string, mode os.FileMode) string {
	in.t.Helper()
	in.must(os.MkdirAll(filepath.Dir(in.path(to)), 0o700))
	in.must(os.WriteFile(in.path(to), []byte(in.file(name)), mode))
	return in.path(to)
}

// allMet wants nothing to be replaced that the files do not hold any more, but for
// what other folders have.
func (in *installation) allMet(but ...string) {
	in.t.Helper()
	for i := 0; i < len(in.instead); i += 2 {
		if !in.met[in.instead[i]] && !slices.Contains(but, in.instead[i]) {
			in.t.Errorf("%s: no file holds %q", in.from, in.instead[i])
		}
	}
}

// unit reads the [Service] of a unit: the values of each name, in their order.
func (in *installation) unit(name string) map[string][]string {
	in.t.Helper()
	out, section := map[string][]string{}, ""
	for line := range strings.Lines(in.file(name)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			section = line
		}
		if key, value, found := strings.Cut(line, "="); found && section == "[Service]" && line[0] != '#' {
			out[key] = append(out[key], value)
		}
	}
	return out
}

// run does what the service manager does for a unit: environment and command. It
// does not wait.
func (in *installation) run(name string) *program {
	in.t.Helper()
	words := strings.Fields(in.unit(name)["ExecStart"][0])
	if words[0] != "/usr/local/bin/cenacle" {
		in.t.Fatalf("%s starts %s", name, words)
	}
	p := &program{t: in.t, c: in.command(words[1:]...), out: &paper{}, ended: make(chan error, 1)}
	p.c.Stdout, p.c.Stderr = p.out, p.out
	in.must(p.c.Start())
	go func() { p.ended <- p.c.Wait() }()
	in.t.Cleanup(p.kill)
	return p
}

// keep writes a secret down as the guide says: a file of root that the service, its
// group, may read and nobody may write.
func (in *installation) keep(name, text string) {
	in.t.Helper()
	at := in.path("etc", name)
	if err := os.Remove(at); err != nil && !errors.Is(err, os.ErrNotExist) {
		in.t.Fatal(err)
	}
	in.must(os.WriteFile(at, []byte(text), 0o440))
}

// command is the program as the service manager or an operator starts it.
func (in *installation) command(words ...string) *exec.Cmd {
	in.t.Helper()
	path, err := built()
	in.must(err)
	c := exec.Command(path, words...)
	c.Env = append([]string{"PATH=" + os.Getenv("PATH"), "NOTIFY_SOCKET=" + in.path("notify")}, in.environ...)
	return c
}

// tell runs a command to its end, with what is typed, and wants it to succeed.
func (in *installation) tell(typed string, words ...string) string {
	in.t.Helper()
	c := in.command(words...)
	c.Stdin = strings.NewReader(typed)
	out, err := c.CombinedOutput()
	if err != nil {
		in.t.Fatalf("%s: %v\n%s", words, err, out)
	}
	return string(out)
}

// manager listens as the service manager does (sd_notify(3)).
func (in *installation) manager() <-chan string {
	in.t.Helper()
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: in.path("notify"), Net: "unixgram"})
	in.must(err)
	in.t.Cleanup(func() { _ = l.Close() }) // ends the reader below
	heard := make(chan string, 16)
	go func() {
		buf := make([]byte, 512)
		for {
			n, err := l.Read(buf)
			if err != nil {
				return
			}
			heard <- string(buf[:n])
		}
	}()
	return heard
}

// hears waits for a state of the service.
func hears(t testing.TB, heard <-chan string, want string, p *program) {
	t.Helper()
	says := func(got string) {
		if got != want {
			t.Errorf("the service manager hears %q, not %q", got, want)
		}
	}
	select {
	case got := <-heard: // also of a service that has ended since
		says(got)
		return
	default:
	}
	select {
	case got := <-heard:
		says(got)
	case err := <-p.ended:
		p.ended <- err
		t.Fatalf("the service ended: %v\n%s", err, p.out.read())
	case <-time.After(20 * time.Second):
		t.Fatalf("the service manager does not hear %q\n%s", want, p.out.read())
	}
}

// verified has systemd read the units, where it is installed, and say how much an
// intruder in the service could do: below two of ten.
func (in *installation) verified(names ...string) {
	in.t.Helper()
	tool, err := exec.LookPath("systemd-analyze")
	if err != nil {
		in.t.Log("without systemd-analyze: units are played, not verified")
		return
	}
	program, err := built()
	in.must(err)
	var paths []string
	for _, name := range names {
		at := in.put(name, filepath.Join("units", name), 0o644)
		raw, err := os.ReadFile(at)
		in.must(err)
		in.must(os.WriteFile(at, []byte(strings.ReplaceAll(string(raw), "/usr/local/bin/cenacle", program)), 0o644))
		paths = append(paths, at)
	}
	if out, err := exec.Command(tool, append([]string{"verify", "--man=no"}, paths...)...).CombinedOutput(); err != nil || len(out) > 0 {
		in.t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
	for _, path := range paths {
		if !strings.HasSuffix(path, ".service") {
			continue
		}
		out, err := exec.Command(tool, "security", "--offline=yes", "--threshold=20", "--no-pager", path).CombinedOutput()
		if err != nil {
			in.t.Errorf("%s is not shut in: %v\n%s", filepath.Base(path), err, out)
		}
		for line := range strings.Lines(string(out)) {
			if strings.Contains(line, "Overall exposure") {
				in.t.Log(filepath.Base(path), strings.TrimSpace(line))
			}
		}
	}
}

// guest is a browser that finds the public name of an installation at an address
// of this machine.
func guest(t testing.TB, roots *x509.CertPool, at map[string]string) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		return (&net.Dialer{}).DialContext(ctx, network, at[port])
	}
	return &http.Client{
		Jar: jar, Timeout: 20 * time.Second,
		Transport:     &http.Transport{DialContext: dial, TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// visit asks for a page until it answers as wanted.
func visit(t testing.TB, c *http.Client, address string, want int, most time.Duration) (http.Header, string) {
	t.Helper()
	var err error
	for start := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		var answer *http.Response
		if answer, err = c.Get(address); err == nil {
			text, late := io.ReadAll(answer.Body)
			_ = answer.Body.Close() // read to its end
			if answer.StatusCode == want && late == nil {
				return answer.Header, string(text)
			}
			err = errors.Join(errors.New(answer.Status), late)
		}
		if time.Since(start) > most {
			t.Fatalf("%s: %v", address, err)
		}
	}
}

// enters signs a lawyer in, who sees her desk.
func enters(t testing.TB, c *http.Client, base, email, password string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/signin", strings.NewReader(url.Values{"email": {email}, "password": {password}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close() // where it leads is in its header
	to := answer.Header.Get("Location")
	if answer.StatusCode != http.StatusSeeOther || to == "" {
		t.Fatalf("signing in: %s", answer.Status)
	}
	header, _ := visit(t, c, base+strings.TrimPrefix(to, base), http.StatusSeeOther, time.Second) // to her only firm
	to = header.Get("Location")
	if _, text := visit(t, c, base+strings.TrimPrefix(to, base), http.StatusOK, time.Second); !strings.Contains(text, "Cabinet Martin") {
		t.Errorf("%s does not show the firm", to)
	}
}

// copied brings the root key to where its copy is kept, and to another machine.
func (in *installation) copied(from, to string) {
	in.t.Helper()
	raw, err := os.ReadFile(from)
	in.must(err)
	in.must(os.MkdirAll(filepath.Dir(to), 0o700))
	in.must(os.WriteFile(to, raw, 0o600))
}

// TestInstallationGuides wants the guide to name each file of its folder, and no other.
func TestInstallationGuides(t *testing.T) {
	guide, err := os.ReadFile("../../doc/installation/README.md")
	lose(t, err)
	for _, folder := range []string{"solo", "firm", "provider"} {
		entries, err := os.ReadDir("../../doc/installation/" + folder)
		lose(t, err)
		var names []string
		for _, e := range entries {
			names = append(names, folder+"/"+e.Name())
			if !strings.Contains(string(guide), "("+folder+"/"+e.Name()+")") {
				t.Errorf("the guide does not name %s/%s", folder, e.Name())
			}
		}
		for line := range strings.Lines(string(guide)) {
			for rest := line; ; {
				_, after, found := strings.Cut(rest, "]("+folder+"/")
				if !found {
					break
				}
				name, tail, _ := strings.Cut(after, ")")
				if rest = tail; !slices.Contains(names, folder+"/"+name) {
					t.Errorf("the guide names %s/%s, which is not there", folder, name)
				}
			}
		}
	}
}

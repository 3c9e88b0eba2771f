package proof

import (
	"bufio"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// CFG-02: an installation that nobody has configured listens at one place, writes what
// only its own account may read, and shows nobody anything of the house.
func TestCFG02(t *testing.T) {
	t.Parallel()
	data, listen := filepath.Join(t.TempDir(), "data"), freePort(t)
	p := serve(t, listen, []string{"CENACLE_DATA=" + data, "CENACLE_LISTEN=" + listen})
	p.ready(20 * time.Second)
	b := browser{t: t, base: p.base}
	if at := listening(t, p.c.Process.Pid); len(at) != 1 || at[0] != listen {
		t.Errorf("the program listens at %v, not at %s alone", at, listen)
	}
	if in := b.do(post("/signup", "firm", "Cabinet Delmas", "name", "Me Claire Delmas", "email", "claire@delmas.example", "password", password)); in.status >= 500 {
		t.Fatalf("sign-up: %d %s", in.status, in.text())
	}
	files := 0
	lose(t, filepath.WalkDir(data, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		files++
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", strings.TrimPrefix(path, data), info.Mode())
		}
		return nil
	}))
	if files < 5 {
		t.Errorf("only %d files were looked at", files)
	}
	for _, path := range []string{
		"/metrics", "/debug/pprof/", "/debug/vars", "/demo/mails", "/styleguide", "/admin", "/administration", "/.git/config", "/.env", "/root.key", "/data", "/server-status",
		"/assets/", "/assets/../root.key", "/assets/%2e%2e/root.key", "/api/v1/firms", "/f", "/f/", "/dav", "/openapi.json", "/swagger", "/wp-login.php", "/backup", "/readyz", "/livez",
	} {
		a := b.do(get(path))
		if a.status < 300 && path != "/readyz" && path != "/livez" || a.status >= 500 {
			t.Errorf("%s is answered %d: %s", path, a.status, a.text())
		}
		if a.header.Get("Server") != "" || a.header.Get("X-Powered-By") != "" {
			t.Errorf("%s says what answers: %v", path, a.header)
		}
	}
	for _, method := range []string{http.MethodTrace, http.MethodConnect, "TRACK", "DEBUG"} {
		if a, err := b.try(call{method: method, path: "/"}); err == nil && a.status < 400 {
			t.Errorf("%s is answered %d", method, a.status)
		}
	}
	a := b.want(http.StatusOK, get("/signin"))
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "", "Cross-Origin-Opener-Policy": "same-origin",
	} {
		if got := a.header.Get(name); got == "" || !strings.Contains(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// listening are the addresses that a process listens at, TCP and UDP, as its kernel
// knows them.
func listening(t *testing.T, pid int) (out []string) {
	t.Helper()
	mine := map[string]bool{}
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	lose(t, err)
	for _, fd := range open {
		if at, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%s", pid, fd.Name())); err == nil && strings.HasPrefix(at, "socket:[") {
			mine[strings.Trim(at[len("socket:"):], "[]")] = true
		}
	}
	for kind, state := range map[string]string{"tcp": "0A", "tcp6": "0A", "udp": "07", "udp6": "07"} {
		table, err := os.Open(fmt.Sprintf("/proc/%d/net/%s", pid, kind))
		lose(t, err)
		defer table.Close() // it was only read
		for lines := bufio.NewScanner(table); lines.Scan(); {
			field := strings.Fields(lines.Text())
			if len(field) < 10 || field[3] != state || !mine[field[9]] {
				continue
			}
			host, port, _ := strings.Cut(field[1], ":")
			n, err := strconv.ParseUint(port, 16, 16)
			lose(t, err)
			if host == "0100007F" {
				host = "127.0.0.1"
			}
			out = append(out, fmt.Sprintf("%s:%d", host, n))
		}
	}
	return out
}

package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"cenacle/internal/authz"
	"cenacle/internal/config"
	"cenacle/internal/deposit"
	"cenacle/internal/id"
	"cenacle/internal/sample"
	"cenacle/internal/server"
	"cenacle/internal/space"
	"cenacle/internal/worker"
	"cenacle/internal/worker/read"
)

// TestMain lets the test's own program be the child that reads documents.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == worker.Word {
		os.Exit(worker.Child(os.Args[2:], read.Trade()))
	}
	os.Exit(m.Run())
}

// paper is what a program writes, also from several goroutines.
type paper struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *paper) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *paper) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// console is a terminal, and what was written to it.
type console struct {
	terminal
	out, err *paper
}

func typing(in string, environ ...string) *console {
	c := &console{out: &paper{}, err: &paper{}}
	c.terminal = terminal{in: strings.NewReader(in), out: c.out, err: c.err, environ: environ}
	return c
}

func (c *console) run(t *testing.T, args ...string) error {
	t.Helper()
	return run(t.Context(), &c.terminal, args)
}

func TestCommandLine(t *testing.T) {
	for _, tt := range []struct {
		args     string
		code     int // 0: no error
		out, err string
	}{
		{"", 0, "Usage: cenacle", ""}, {"help", 0, "journal verify", ""}, {"--help", 0, "firm create", ""}, {"-h", 0, "Usage", ""},
		{"version", 0, "cenacle " + version, ""}, {"dance", 2, "", "Usage: cenacle"}, {"firm", 2, "", "Usage"}, {"firm destroy", 2, "", "Usage"},
		{"journal", 2, "", "Usage"}, {"Serve", 2, "", "Usage"}, {"serve --dance", 2, "", "-listen"}, {"serve --help", 0, "", "-listen"},
		{"serve now", 2, "", ""}, {"verify", 2, "", ""}, {"verify a b", 2, "", ""}, {"verify --language tlh a", 1, "", ""},
		{"firm create --language tlh", 2, "", ""}, {"config more", 2, "", ""}, {"demo please", 2, "", ""}, {"journal verify all", 2, "", ""},
		{"verify /nowhere/receipt.json", 1, "", ""}, {"config --config /nowhere/c.toml", 1, "", ""},
	} {
		c := typing("")
		err := c.run(t, strings.Fields(tt.args)...)
		code := 0
		if err != nil {
			code = exitCode(err)
		}
		if code != tt.code || !strings.Contains(c.out.String(), tt.out) || !strings.Contains(c.err.String(), tt.err) {
			t.Errorf("cenacle %s: exit %d (%v), want %d\n%s\n%s", tt.args, code, err, tt.code, c.out, c.err)
		}
		if tt.code == 2 && c.out.String() != "" {
			t.Errorf("cenacle %s: a mistake is explained where results go: %s", tt.args, c.out)
		}
	}
}

func TestConfigShowsNoSecret(t *testing.T) {
	secrets := []string{"postgres-secret", "mail-secret", "phrase-secret-of-the-house"}
	c := typing("", "CENACLE_DATABASE_URL=postgres://app:"+secrets[0]+"@localhost/c", "CENACLE_MAIL_PASSWORD="+secrets[1],
		"CENACLE_KEY_PASSPHRASE="+secrets[2], "CENACLE_KEY_PROVIDER=passphrase-environment", "CENACLE_MAIL_HOST=mail.example.org")
	err := c.run(t, "config", "--data", "ignored")
	said := c.out.String() + c.err.String()
	if err != nil {
		said += err.Error()
	}
	if !strings.Contains(said, "mail.example.org") {
		t.Errorf("the configuration is not shown: %s", said)
	}
	for _, s := range secrets {
		if strings.Contains(said, s) {
			t.Errorf("it shows %q:\n%s", s, said)
		}
	}
}

func TestServeRefusesWhatIsUnsafe(t *testing.T) {
	loose := filepath.Join(t.TempDir(), "root.key")
	if err := os.WriteFile(loose, bytes.Repeat([]byte{1}, 32), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(loose, 0o644); err != nil { // whatever the umask
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		environ []string
		args    []string
		says    string
	}{
		"plain HTTP for everybody":  {nil, []string{"--listen", "0.0.0.0:0"}, "listen"},
		"an unknown variable":       {[]string{"CENACLE_LISTENS=x"}, nil, "CENACLE_LISTENS"},
		"a key that all can read":   {[]string{"CENACLE_KEY_FILE=" + loose}, nil, "root.key"},
		"a demonstration for all":   {[]string{"CENACLE_URL=https://cenacle.example.org"}, []string{"--demo", "--listen", "0.0.0.0:0"}, ""},
		"an address that is none":   {nil, []string{"--listen", "here"}, "listen"},
		"mails in clear":            {[]string{"CENACLE_MAIL_HOST=mail.example.org", "CENACLE_MAIL_SECURITY=none"}, nil, "mail"},
		"a log of an unknown level": {[]string{"CENACLE_LOG=loud"}, nil, "log"},
	} {
		data := filepath.Join(t.TempDir(), "data")
		c := typing("", tt.environ...)
		err := c.run(t, append([]string{"serve", "--data", data}, tt.args...)...)
		if err == nil || exitCode(err) != 1 || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(filepath.Join(data, "directory.db")); err == nil {
			t.Errorf("%s: it had begun all the same", name)
		}
	}
}

func TestServe(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(t.TempDir(), "data")
	c := typing("")
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, &c.terminal, []string{"serve", "--demo", "--data", data, "--listen", addr}) }()
	for limit := time.Now().Add(40 * time.Second); !strings.Contains(c.out.String(), "is ready: http://"+addr); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("it is not ready:\n%s\n%s", c.out, c.err)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
	if !strings.Contains(c.err.String(), "A new root key was written to "+filepath.Join(data, "root.key")) {
		t.Errorf("nobody is told to copy the key: %s", c.err)
	}
	if info, err := os.Stat(filepath.Join(data, "root.key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key: %v, %v", info, err)
	}
	for _, word := range []string{"claire.delmas@delmas.example", "password  ", "/demo/mails"} {
		if !strings.Contains(c.out.String(), word) {
			t.Errorf("it does not say %q:\n%s", word, c.out)
		}
	}
}

func TestFirmCreate(t *testing.T) {
	data := t.TempDir()
	args := []string{"firm", "create", "--data", data, "--name", "Cabinet Neuf", "--lawyer", "Me Neuf", "--email", "neuf@neuf.example"}
	const word = "kormoran-zeltplane-41-violett"
	c := typing(word + "\r\n")
	if err := c.run(t, args...); err != nil {
		t.Fatal(err)
	}
	made := strings.TrimSpace(c.out.String())
	if _, err := id.Parse[id.Firm](made); err != nil {
		t.Errorf("it prints %q, want the identifier of the firm alone", c.out)
	}
	if strings.Contains(c.err.String()+c.out.String(), word) {
		t.Error("the password is on the screen")
	}
	for name, tt := range map[string]struct {
		in   string
		args []string
	}{
		"the same again": {word + "\n", args}, "a short password": {"court\n", append(args[:len(args):len(args)], "--email", "b@neuf.example")},
		"no password": {"", append(args[:len(args):len(args)], "--email", "c@neuf.example")}, "no name": {word, append(args[:len(args):len(args)], "--email", "d@neuf.example", "--name", "")},
	} {
		c := typing(tt.in)
		if err := c.run(t, tt.args...); err == nil || exitCode(err) != 1 || c.out.String() != "" {
			t.Errorf("%s: %v, prints %q", name, err, c.out)
		}
	}
}

// TestVerify takes a receipt out of a demonstration and, once its folder is
// gone, verifies it, whole and altered, in both languages.
func TestVerify(t *testing.T) {
	data := t.TempDir()
	c := typing("")
	if err := c.run(t, "demo", "--json", "--data", data); err != nil {
		t.Fatal(err)
	}
	var people []sample.Person
	if err := json.Unmarshal([]byte(c.out.String()), &people); err != nil || len(people) != 8 || people[0].Password == "" || people[0].Firm == "" {
		t.Fatalf("the demonstration is %s, %v", c.out, err)
	}
	raw := receipt(t, data, people)
	t.Run("journal", func(t *testing.T) { journalOf(t, data, people[0].Firm) })
	if err := os.RemoveAll(data); err != nil {
		t.Fatal(err)
	}
	kept := t.TempDir()
	whole, altered := filepath.Join(kept, "whole.json"), filepath.Join(kept, "altered.json")
	if err := errors.Join(os.WriteFile(whole, raw, 0o600), os.WriteFile(altered, bytes.Replace(raw, []byte("Livret"), []byte("Carnet"), 1), 0o600)); err != nil {
		t.Fatal(err)
	}
	for language, says := range map[string][2]string{
		"fr": {"Ce récépissé est authentique et complet.", "pas authentique"}, "en": {"This receipt is authentic and complete.", "not authentic"},
	} {
		c := typing("")
		if err := c.run(t, "verify", "--language", language, whole); err != nil || !strings.Contains(c.out.String(), says[0]) || !strings.Contains(c.out.String(), "Livret de famille.pdf") {
			t.Errorf("%s: %v\n%s", language, err, c.out)
		}
		if strings.ContainsAny(c.out.String(), "{[") {
			t.Errorf("%s: the report has holes:\n%s", language, c.out)
		}
		c = typing("")
		err := c.run(t, "verify", "--language", language, altered)
		if err == nil || exitCode(err) != 1 || !strings.Contains(err.Error(), says[1]) || strings.Contains(c.out.String(), says[0]) {
			t.Errorf("%s, altered: %v\n%s", language, err, c.out)
		}
	}
	c = typing("")
	if err := c.run(t, "verify", "--key", "another-key", whole); err == nil || strings.Contains(c.out.String(), "est authentique") {
		t.Errorf("for another key: %v", err)
	}
}

// receipt is that of the demonstration's client.
func receipt(t *testing.T, data string, people []sample.Person) []byte {
	t.Helper()
	cfg, err := config.Load("", []string{"CENACLE_DATA=" + data})
	if err != nil {
		t.Fatal(err)
	}
	var raw []byte
	err = open(t.Context(), &typing("").terminal, cfg, func(s *server.Server) error {
		client, err := s.Accounts.Find(t.Context(), people[3].Email)
		if err != nil {
			return err
		}
		by := authz.Actor{Person: client.ID, Firm: id.Firm(people[3].Firm), Role: authz.Outsider, Via: authz.ViaPassword}
		spaces, err := s.Spaces.List(t.Context(), by, space.Page{Limit: 1})
		if err != nil {
			return err
		}
		closed, err := s.Deposits.List(t.Context(), by, deposit.Query{Space: spaces[0].ID, Limit: 1})
		if err != nil {
			return err
		}
		raw, _, err = s.Deposits.ReceiptFile(t.Context(), by, closed[0].Receipt)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// journalOf verifies the journal of a firm, then again once a line was changed
// behind the house's back.
func journalOf(t *testing.T, data, firm string) {
	c := typing("")
	if err := c.run(t, "journal", "verify", "--data", data); err != nil || !strings.HasPrefix(c.out.String(), firm+"  holds ") {
		t.Fatalf("a whole journal: %v\n%s", err, c.out)
	}
	c = typing("")
	if err := c.run(t, "journal", "verify", "--data", data, "--firm", firm); err != nil {
		t.Errorf("of this firm: %v", err)
	}
	for name, args := range map[string][]string{"another firm": {"--data", data, "--firm", "nobody"}, "no installation": {"--data", t.TempDir()}} {
		c := typing("")
		if err := c.run(t, append([]string{"journal", "verify"}, args...)...); err == nil || c.out.String() != "" {
			t.Errorf("%s: %v, says %q", name, err, c.out)
		}
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(data, "firms", firm, "firm.db"))
	if err != nil {
		t.Fatal(err)
	}
	var entry string
	err = db.QueryRowContext(t.Context(), `select id from journal_entry where kind = 'deposit.closed'`).Scan(&entry)
	if err == nil {
		_, err = db.ExecContext(t.Context(), `update journal_entry set created_at = created_at + 1 where id = ?`, entry)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	c = typing("")
	err = c.run(t, "journal", "verify", "--data", data)
	if err == nil || exitCode(err) != 1 || !strings.Contains(c.out.String(), "BROKEN  "+entry) || strings.Contains(c.out.String(), "journal.fault") {
		t.Errorf("a changed line: %v\n%s", err, c.out)
	}
}

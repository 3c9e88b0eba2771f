package main

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/config"
	"cenacle/internal/sample"
	"cenacle/internal/server"
	"cenacle/internal/totp"
)

// The only administrator of a firm has lost her telephone and her codes.
func TestPersonReset(t *testing.T) {
	data := t.TempDir()
	c := typing("")
	if err := c.run(t, "demo", "--json", "--data", data); err != nil {
		t.Fatal(err)
	}
	var people []sample.Person
	if err := json.Unmarshal([]byte(c.out.String()), &people); err != nil {
		t.Fatal(err)
	}
	admin := people[0]
	cfg, err := config.Load("", []string{"CENACLE_DATA=" + data})
	if err != nil {
		t.Fatal(err)
	}
	from := account.Source{Addr: netip.MustParseAddr("192.0.2.1")}
	inside := func(do func(s *server.Server)) {
		t.Helper()
		err := open(t.Context(), &typing("").terminal, cfg, func(s *server.Server) error { do(s); return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	enters := func(s *server.Server) bool {
		_, _, err := s.Accounts.SignIn(t.Context(), admin.Email, admin.Password, from)
		return err == nil
	}
	reset := func(typed string) (string, error) {
		c := typing(typed)
		err := c.run(t, "person", "reset-factors", "--data", data, "--email", strings.ToUpper(admin.Email))
		return c.err.String(), err
	}
	if _, err := reset(admin.Email + "\n"); err == nil {
		t.Error("taking nothing succeeds")
	}
	inside(func(s *server.Server) {
		proven, err := s.Accounts.NewPassword(t.Context(), admin.Password)
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.Accounts.Find(t.Context(), admin.Email)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Accounts.SetPassword(t.Context(), p.ID, proven); err != nil {
			t.Fatal(err)
		}
		_, in, err := s.Accounts.SignIn(t.Context(), admin.Email, admin.Password, from)
		if err != nil {
			t.Fatal(err)
		}
		challenge, secret, err := s.Accounts.NewTOTP(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err = s.Accounts.AddTOTP(t.Context(), in, challenge, secret.Code(totp.StepAt(time.Now())), "Téléphone", from); err != nil {
			t.Fatal(err)
		}
	})
	for _, typed := range []string{"", "\n", "yes\n"} {
		if _, err := reset(typed); err == nil {
			t.Errorf("%q was enough", typed)
		}
	}
	inside(func(s *server.Server) {
		if enters(s) {
			t.Error("a password was enough before the reset")
		}
	})
	said, err := reset(admin.Email + "\n")
	if err != nil || !strings.Contains(said, `totp "Téléphone"`) || !strings.Contains(said, "10 recovery codes") {
		t.Fatalf("it said %q, %v", said, err)
	}
	inside(func(s *server.Server) {
		if !enters(s) {
			t.Error("she still cannot enter")
		}
	})
}

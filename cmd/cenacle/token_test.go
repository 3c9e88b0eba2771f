package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/authz"
	"cenacle/internal/config"
	"cenacle/internal/sample"
	"cenacle/internal/server"
	"cenacle/internal/token"
)

func TestTokenCreate(t *testing.T) {
	data := t.TempDir()
	c := typing("")
	if err := c.run(t, "demo", "--json", "--data", data); err != nil {
		t.Fatal(err)
	}
	var people []sample.Person
	if err := json.Unmarshal([]byte(c.out.String()), &people); err != nil {
		t.Fatal(err)
	}
	lawyer := people[1]
	ask := func(more ...string) (string, error) {
		c := typing(lawyer.Email + "\n")
		err := c.run(t, append([]string{"token", "create", "--data", data, "--firm", lawyer.Firm, "--email", lawyer.Email}, more...)...)
		if text := strings.TrimSpace(c.out.String()); text != "" && strings.Contains(c.err.String(), text) {
			t.Error("the text of a token is repeated where errors go")
		}
		return strings.TrimSuffix(c.out.String(), "\n"), err
	}
	read, err := ask("--read-only", "--days", "7")
	if err != nil {
		t.Fatal(err)
	}
	drive, err := ask("--use", "drive", "--name", "Sauvegarde")
	if err != nil {
		t.Fatal(err)
	}
	hesitates := typing("yes\n")
	if err := hesitates.run(t, "token", "create", "--data", data, "--firm", lawyer.Firm, "--email", lawyer.Email); err == nil || hesitates.out.String() != "" || !strings.Contains(hesitates.err.String(), "without her password") {
		t.Errorf("without her address typed again: %q, %v", hesitates.out.String(), err)
	}
	for what, args := range map[string][]string{
		"an unknown use": {"--use", "magic"}, "two years": {"--days", "730"}, "no days": {"--days", "0"}, "another firm": {"--firm", strings.Repeat("0", 26)},
		"no firm": {"--firm", "here"}, "nobody": {"--email", "nobody@exemple.fr"}, "no address": {"--email", "nobody"}, "no name": {"--name", " "},
	} {
		if text, err := ask(args...); err == nil || text != "" {
			t.Errorf("%s: %q, %v", what, text, err)
		}
	}
	cfg, err := config.Load("", []string{"CENACLE_DATA=" + data})
	if err != nil {
		t.Fatal(err)
	}
	err = open(t.Context(), &typing("").terminal, cfg, func(s *server.Server) error {
		for _, tt := range []struct {
			text string
			use  token.Use
			via  authz.Via
			read bool
			life time.Duration
		}{
			{read, token.API, authz.ViaToken, true, 7 * 24 * time.Hour}, {drive, token.Drive, authz.ViaDrive, false, token.Life},
			{lawyer.Token, token.API, authz.ViaToken, false, 7 * 24 * time.Hour}, {lawyer.Drive, token.Drive, authz.ViaDrive, false, 7 * 24 * time.Hour},
		} {
			st, err := s.Tokens.Enter(t.Context(), tt.text, tt.use, account.Source{})
			if err != nil || st.Card.Name != lawyer.Name || st.Actor.Via != tt.via || st.Actor.Pass.ReadOnly != tt.read || st.Token.Expires.Sub(st.Token.Created) != tt.life {
				t.Errorf("%s: %+v, %v", tt.use, st, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/config"
	"cenacle/internal/id"
	"cenacle/internal/sample"
	"cenacle/internal/server"
	"cenacle/internal/space"
	"cenacle/internal/support"
)

// TestSupport: the host reads which permissions stand, and sees by one of them what it
// opens and nothing without.
func TestSupport(t *testing.T) {
	data := t.TempDir()
	c := typing("")
	if err := c.run(t, "demo", "--json", "--data", data); err != nil {
		t.Fatal(err)
	}
	var people []sample.Person
	if err := json.Unmarshal([]byte(c.out.String()), &people); err != nil {
		t.Fatal(err)
	}
	tell := func(args ...string) (string, error) {
		c := typing("")
		err := c.run(t, append(append([]string{"support"}, args...), "--data", data)...)
		return c.out.String(), err
	}
	if said, err := tell("list"); err != nil || strings.Count(said, "\n") != 1 {
		t.Errorf("before any permission it lists %q, %v", said, err)
	}
	of := people[0].Firm
	look := func(by id.Support) (string, error) { return tell("look", "--firm", of, "--permission", string(by)) }
	if said, err := look(id.New[id.Support](time.Now())); err == nil || said != "" {
		t.Errorf("without a permission it shows %q", said)
	}
	cfg, err := config.Load("", []string{"CENACLE_DATA=" + data})
	if err != nil {
		t.Fatal(err)
	}
	var whole, room support.Permission
	err = open(t.Context(), &typing("").terminal, cfg, func(s *server.Server) (err error) {
		whole, room, err = permit(t.Context(), s, id.Firm(of), people[0].Email)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if said, err := tell("list"); err != nil || !strings.Contains(said, string(whole.ID)) || !strings.Contains(said, string(room.Space)) || !strings.Contains(said, "Une page est vide") {
		t.Errorf("it lists %q, %v", said, err)
	}
	if said, err := look(whole.ID); err != nil || !strings.Contains(said, "Cabinet Delmas") || !strings.Contains(said, "support.examined") || strings.Contains(said, "convention") {
		t.Errorf("of the settings it shows %q, %v", said, err)
	}
	if said, err := look(room.ID); err != nil || !strings.Contains(said, "Projet de convention de divorce.pdf") || !strings.Contains(said, "memo") {
		t.Errorf("of the space it shows %q, %v", said, err)
	}
	for what, args := range map[string][]string{"no firm": {"look", "--permission", string(room.ID)}, "no permission": {"look", "--firm", of}, "a word too many": {"list", "x"}} {
		if said, err := tell(args...); err == nil {
			t.Errorf("%s: %q", what, said)
		}
	}
}

// permit has a lawyer let the host look at the settings and at the space that lies on her
// desk with a convention in it.
func permit(ctx context.Context, s *server.Server, of id.Firm, email string) (whole, room support.Permission, err error) {
	p, err := s.Accounts.Find(ctx, email)
	if err != nil {
		return whole, room, err
	}
	by := authz.Actor{Person: p.ID, Firm: of, Role: authz.Admin, Via: authz.ViaPassword}
	if whole, err = s.Supports.Give(ctx, by, support.New{Reason: "Une page est vide", Life: time.Hour}); err != nil {
		return whole, room, err
	}
	spaces, err := s.Spaces.List(ctx, by, space.Page{Limit: 20})
	if err != nil {
		return whole, room, err
	}
	for _, one := range spaces {
		if strings.Contains(one.Name, "Petit") {
			room, err = s.Supports.Give(ctx, by, support.New{Space: one.ID, Reason: "Une page est vide", Life: time.Hour})
		}
	}
	return whole, room, err
}

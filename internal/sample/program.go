package sample

import (
	"context"
	"fmt"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/server"
	"cenacle/internal/token"
)

// programLife is how long the accesses that Programs makes live: whoever needs
// them makes them anew.
const programLife = 7 * 24 * time.Hour

// Programs gives each of the people a new access token and a new app password,
// both for all that she may. Those it gave before go on, until there are too
// many.
func Programs(ctx context.Context, s *server.Server, people []Person) error {
	for i := range people {
		p := &people[i]
		known, err := s.Accounts.Find(ctx, p.Email)
		if err != nil {
			return fmt.Errorf("sample: %w", err)
		}
		if p.Token, err = access(ctx, s, id.Firm(p.Firm), known.ID, token.API); err != nil {
			return fmt.Errorf("sample: %w", err)
		}
		if p.Drive, err = access(ctx, s, id.Firm(p.Firm), known.ID, token.Drive); err != nil {
			return fmt.Errorf("sample: %w", err)
		}
	}
	return nil
}

const programName = "Démonstration"

func access(ctx context.Context, s *server.Server, of id.Firm, p id.Person, use token.Use) (string, error) {
	n := token.New{Use: use, Name: programName, Life: programLife}
	text, _, err := s.Tokens.IssueFor(ctx, of, p, n)
	if !fault.Is(err, fault.Conflict) {
		return text, err
	}
	if err := forget(ctx, s, of, p); err != nil {
		return "", err
	}
	text, _, err = s.Tokens.IssueFor(ctx, of, p, n)
	return text, err
}

// forget revokes what Programs gave a person before.
func forget(ctx context.Context, s *server.Server, of id.Firm, p id.Person) error {
	by := authz.Actor{Person: p, Firm: of, Role: authz.Outsider, Via: authz.ViaCommand}
	own, err := s.Tokens.List(ctx, by)
	if err != nil {
		return err
	}
	for _, t := range own {
		if t.Name != programName {
			continue
		}
		if err := s.Tokens.Revoke(ctx, by, t.ID); err != nil {
			return err
		}
	}
	return nil
}

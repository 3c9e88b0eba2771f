package api

import (
	"errors"
	"strings"

	"cenacle/internal/fault"
	"cenacle/internal/firm"
)

// OwnSize is how much one message holds by the firm's own choice.
type OwnSize struct {
	Name      string `json:"name" doc:"60 characters at most, each another one"`
	Megabytes int    `json:"megabytes" min:"1" max:"1000" doc:"of a million bytes"`
}

// OwnSizes are all that the firm has.
type OwnSizes struct {
	Sizes []OwnSize `json:"sizes"`
}

func (n *Nouns) messageSizes(r *Request, _ None) (OwnSizes, error) {
	own, err := n.Firms.Sizes(r.Context(), r.Actor)
	out := OwnSizes{Sizes: make([]OwnSize, len(own))}
	for i, one := range own {
		out.Sizes[i] = OwnSize{one.Name, one.Megabytes}
	}
	return out, err
}

// NewSizes has the firm's own be these, in their order.
type NewSizes struct {
	Sizes []OwnSize `json:"sizes" fault:"sizes" doc:"10 at most; empty: none"`
}

func (n *Nouns) setMessageSizes(r *Request, in NewSizes) (None, error) {
	chosen := make([]firm.Size, len(in.Sizes))
	for i, one := range in.Sizes {
		chosen[i] = firm.Size{Name: one.Name, Megabytes: one.Megabytes}
	}
	err := n.Firms.ChooseSizes(r.Context(), r.Actor, chosen)
	var wrong fault.Fields
	if errors.As(err, &wrong) {
		for i, one := range wrong {
			word, at, _ := strings.Cut(one.Field, "-")
			wrong[i] = one.In("/sizes/" + at + "/" + word)
		}
		return None{}, wrong
	}
	return None{}, err
}

package api

import (
	"cenacle/internal/authz"
	"cenacle/internal/id"
)

// Reviews are accesses from outside, and after how long one is looked at again.
type Reviews struct {
	Months  int      `json:"months" doc:"for those who join from now on"`
	Reviews []Review `json:"reviews"`
}

// Review is somebody from outside the firm in a space.
type Review struct {
	Space     id.Space   `json:"space"`
	SpaceName string     `json:"space_name"`
	Person    id.Person  `json:"person"`
	Name      string     `json:"name"`
	Role      authz.Role `json:"role"`
	Since     Instant    `json:"since"`
	Due       Instant    `json:"due"`
	Late      bool       `json:"late,omitempty" doc:"it is due; nothing ends by itself"`
}

func (n *Nouns) reviews(r *Request, _ None) (Reviews, error) {
	found, err := n.Lifecycle.Reviews(r.Context(), r.Actor)
	if err != nil {
		return Reviews{}, err
	}
	out := Reviews{Reviews: make([]Review, len(found))}
	for i, one := range found {
		out.Reviews[i] = Review{one.Space, one.SpaceName, one.Person, one.Name, one.Role, Instant(one.Since), Instant(one.Due), one.Late}
	}
	out.Months, err = n.Firms.ReviewEvery(r.Context(), r.Actor)
	return out, err
}

// NewReviews chooses after how long.
type NewReviews struct {
	Months int `json:"months" doc:"3, 6, 12 or 24"`
}

func (n *Nouns) chooseReviews(r *Request, in NewReviews) (None, error) {
	return None{}, n.Firms.ChooseReview(r.Context(), r.Actor, in.Months)
}

// Keeping has a member from outside keep her access.
type Keeping struct {
	InMember
	Until string `json:"until" doc:"civil date when it is reviewed again, within 36 months: 2027-11-22"`
}

func (n *Nouns) keepMember(r *Request, in Keeping) (None, error) {
	return None{}, n.Lifecycle.KeepAccess(r.Context(), r.Actor, in.Space, in.Person, in.Until)
}

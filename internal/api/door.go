package api

import (
	"context"
	"strconv"
	"strings"

	"cenacle/internal/fault"
	"cenacle/internal/token"
)

// linkBearer begins the text that stands for the session of a mailed link; a
// token begins otherwise.
const linkBearer = "link_"

// enter finds who asks: a program by its token, a person by the session of her
// mailed link. The session of a browser opens nothing here.
func (r *Request) enter(ctx context.Context) error {
	text, found := bearer(r.Header.Get("Authorization"))
	if !found {
		return fault.New(fault.Unauthenticated, "api.no_token")
	}
	if session, linked := strings.CutPrefix(text, linkBearer); linked {
		return r.enterByLink(ctx, session)
	}
	st, err := r.api.Tokens.Enter(ctx, text, token.API, r.Source)
	if err != nil {
		return err
	}
	r.Actor, r.Card, r.Profile, r.Token = st.Actor, st.Card, st.Profile, st.Token
	return nil
}

func (r *Request) enterByLink(ctx context.Context, text string) error {
	session, err := r.api.Accounts.ResumeAt(ctx, text, r.Source.At)
	if err == nil && !session.Via.Linked() {
		err = fault.Absent()
	}
	if err != nil {
		return refused(err)
	}
	st, err := r.api.Firms.Stand(ctx, session, session.Firm)
	if err != nil {
		return refused(err)
	}
	r.Actor, r.Card, r.Profile, r.Session = st.Actor, st.Card, st.Profile, session
	return nil
}

// refused makes one answer of every text that opens nothing.
func refused(err error) error {
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Unauthenticated) {
		return fault.New(fault.Unauthenticated, "token.refused").Because(err)
	}
	return err
}

// bearer reads an Authorization header (RFC 6750, 2.1).
func bearer(header string) (string, bool) {
	scheme, text, found := strings.Cut(header, " ")
	return text, found && strings.EqualFold(scheme, "Bearer") && text != ""
}

// pass is the door: who asks, not too often, for something that is left to her.
func (r *Request) pass() error {
	if r.operation.Open {
		return nil
	}
	if err := r.enter(r.Context()); err != nil {
		return err
	}
	if err := r.count(); err != nil {
		return err
	}
	if !r.operation.takes(r.Actor.Pass) {
		return fault.New(fault.Forbidden, "api.pass")
	}
	return nil
}

// count charges the request to its token and says what remains
// (draft-ietf-httpapi-ratelimit-headers).
func (r *Request) count() error {
	who := string(r.Token.ID)
	if who == "" {
		who = r.Session.ID
	}
	left, wait := r.api.meter.take(who, r.Now)
	if r.api.meter == nil {
		return nil
	}
	r.Set("RateLimit-Policy", `"token";q=`+strconv.Itoa(r.api.Requests)+`;w=60`)
	r.Set("RateLimit", `"token";r=`+strconv.Itoa(left)+`;t=`+strconv.Itoa(seconds(wait)))
	if wait > 0 {
		return fault.New(fault.Busy, "fault.busy", wait).After(wait)
	}
	return nil
}

// Recheck finds again who asks, for a stream that outlives the moment its door
// was opened.
func (r *Request) Recheck() error {
	fresh := &Request{Request: r.Request, api: r.api}
	if err := fresh.enter(r.Context()); err != nil {
		return err
	}
	r.Actor = fresh.Actor
	return nil
}

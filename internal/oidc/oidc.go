// Package oidc asks a provider who somebody is, by OpenID Connect: the
// authorization code flow with PKCE, a state and a nonce, and nothing else of what
// the standard allows. The tokens are checked by github.com/coreos/go-oidc; what
// that leaves to its caller is checked here: the nonce, for whom a token with
// several audiences is, how old it is, and that the answer comes from the provider
// that was asked.
//
// It remembers nothing of a provider: what that says of itself is read at each
// sign-in, and so a key that it took back opens nothing from the next one on. It
// knows no person and no firm, reaches providers by package outbound alone, and puts
// nothing that one said into an error.
//
// Start at [Client.Discover], then [Client.Address] and [Client.Redeem].
package oidc

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"cenacle/internal/fault"
	"cenacle/internal/outbound"
)

// Client speaks with providers. It is safe for concurrent use.
type Client struct {
	out   *outbound.Client
	http  *http.Client
	clock func() time.Time
}

// New returns a client that goes out by out.
func New(out *outbound.Client, clock func() time.Time) *Client {
	return &Client{out, out.HTTP(), clock}
}

// Issuer is what a provider says of itself, as far as it is used here.
type Issuer struct {
	URL           string `json:"issuer"`
	Authorization string `json:"authorization_endpoint"`
	Token         string `json:"token_endpoint"`
	UserInfo      string `json:"userinfo_endpoint,omitempty"`
	Keys          string `json:"jwks_uri"`

	Secrets   []string `json:"token_endpoint_auth_methods_supported,omitempty"` // how it wants its secret told
	Proofs    []string `json:"code_challenge_methods_supported,omitempty"`
	Names     bool     `json:"authorization_response_iss_parameter_supported,omitempty"` // its answers name it (RFC 9207)
	Algorithm []string `json:"id_token_signing_alg_values_supported,omitempty"`
}

// algorithms are those with a public key, which nobody but the provider can sign
// by; whatever else a provider offers is none of ours.
var algorithms = [...]string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA}

const described = "/.well-known/openid-configuration"

// Discover reads what the provider at an address says of itself. The address is
// that of the issuer, or of its description. Faults: Invalid in the field "issuer".
func (c *Client) Discover(ctx context.Context, address string) (Issuer, error) {
	address = strings.TrimSuffix(strings.TrimSpace(address), described)
	if _, err := c.out.Check(address); err != nil {
		return Issuer{}, wrong("oidc.address").Because(err)
	}
	if strings.ContainsAny(address, "?#") {
		return Issuer{}, wrong("oidc.address")
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(address, "/")+described, nil)
	if err != nil {
		return Issuer{}, wrong("oidc.address").Because(err)
	}
	back, err := c.http.Do(r)
	if err != nil {
		return Issuer{}, wrong("oidc.unreachable").Because(reached(err))
	}
	defer back.Body.Close() // it is whole already
	var i Issuer
	if back.StatusCode != http.StatusOK || json.NewDecoder(back.Body).Decode(&i) != nil {
		return Issuer{}, wrong("oidc.no_provider")
	}
	return i, c.accept(i, address)
}

// accept refuses a provider that is not the one at the address, or that cannot do
// what is wanted of it.
func (c *Client) accept(i Issuer, address string) error {
	if strings.TrimSuffix(i.URL, "/") != strings.TrimSuffix(address, "/") {
		return wrong("oidc.other_issuer")
	}
	addresses := []string{i.Authorization, i.Token, i.Keys}
	if i.UserInfo != "" {
		addresses = append(addresses, i.UserInfo)
	}
	for _, one := range addresses {
		if _, err := c.out.Check(one); err != nil {
			return wrong("oidc.no_provider").Because(err)
		}
	}
	switch {
	case len(i.Secrets) > 0 && !slices.Contains(i.Secrets, "client_secret_basic") && !slices.Contains(i.Secrets, "client_secret_post"):
		return wrong("oidc.no_secret")
	case len(i.Proofs) > 0 && !slices.Contains(i.Proofs, "S256"): // a provider that is silent about it takes it or ignores it
		return wrong("oidc.no_proof")
	case len(i.signs()) == 0:
		return wrong("oidc.no_signature")
	}
	return nil
}

// signs are the algorithms that a token of the provider may be signed by.
func (i Issuer) signs() []string {
	if len(i.Algorithm) == 0 {
		return []string{oidc.RS256}
	}
	return slices.DeleteFunc(slices.Clone(i.Algorithm), func(a string) bool { return !slices.Contains(algorithms[:], a) })
}

func wrong(key string) *fault.Error { return fault.New(fault.Invalid, key).In("issuer") }

// Party is who we are to a provider.
type Party struct {
	Client, Secret string
	Redirect       string // where it sends the browser back to
}

// Request is one question to a provider; it is kept where only the browser that
// asks can bring it back.
type Request struct {
	State    string `json:"state"`
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"` // of PKCE
	// Again: somebody who has signed in there is to show again that it is she.
	Again bool      `json:"again,omitempty"`
	Asked time.Time `json:"asked"`
}

// NewRequest returns a fresh question.
func (c *Client) NewRequest(again bool) Request {
	return Request{oauth2.GenerateVerifier(), oauth2.GenerateVerifier(), oauth2.GenerateVerifier(), again, c.clock()}
}

func (p Party) config(i Issuer) *oauth2.Config {
	style := oauth2.AuthStyleInHeader
	if len(i.Secrets) > 0 && !slices.Contains(i.Secrets, "client_secret_basic") {
		style = oauth2.AuthStyleInParams
	}
	return &oauth2.Config{
		ClientID: p.Client, ClientSecret: p.Secret, RedirectURL: p.Redirect, Scopes: []string{oidc.ScopeOpenID, "email"},
		Endpoint: oauth2.Endpoint{AuthURL: i.Authorization, TokenURL: i.Token, AuthStyle: style},
	}
}

// Address is where the browser is led with a question.
func (c *Client) Address(i Issuer, p Party, r Request) string {
	options := []oauth2.AuthCodeOption{oidc.Nonce(r.Nonce), oauth2.S256ChallengeOption(r.Verifier)}
	if r.Again {
		options = append(options, oauth2.SetAuthURLParam("max_age", "0"), oauth2.SetAuthURLParam("prompt", "login"))
	}
	return p.config(i).AuthCodeURL(r.State, options...)
}

// Answer is what the browser brought back.
type Answer struct{ Code, State, Issuer, Error string }

// Claims is who somebody is, as her provider says.
type Claims struct {
	Subject string // hers for ever at this issuer, and nobody else's
	Email   string // empty unless the provider says that it has verified it
	// Shown is when she last showed her provider that it is she; the zero time
	// where it does not say.
	Shown time.Time
}

// What is wrong with an answer, in words that name nobody.
var (
	errState    = errors.New("oidc: the answer is not that of the question")
	errOther    = errors.New("oidc: another provider answers")
	errDeclined = errors.New("oidc: the provider says no")
	errCode     = errors.New("oidc: the code is not taken")
	errToken    = errors.New("oidc: the token does not hold")
	errExpired  = errors.New("oidc: the token is over")
	errNonce    = errors.New("oidc: the token is that of another question")
	errParty    = errors.New("oidc: the token is for somebody else")
	errOld      = errors.New("oidc: the token was not made just now")
	errNotAgain = errors.New("oidc: nobody has shown again who she is")
	errSubject  = errors.New("oidc: the token says of nobody who she is")
)

// reached leaves of a failed request what package outbound says of it, which names
// nobody; a library would tell what the peer has written.
func reached(err error) error {
	if out, ok := errors.AsType[*outbound.Error](err); ok {
		return out
	}
	return errCode
}

// skew is how far the clock of a provider may be from ours.
const skew = time.Minute

// Redeem takes the answer to a question and returns who the provider says that it
// is. Errors name nobody, and the transport shows none of them.
func (c *Client) Redeem(ctx context.Context, i Issuer, p Party, r Request, a Answer) (Claims, error) {
	switch {
	case r.State == "" || subtle.ConstantTimeCompare([]byte(a.State), []byte(r.State)) != 1:
		return Claims{}, errState
	case a.Issuer != "" && a.Issuer != i.URL, a.Issuer == "" && i.Names:
		return Claims{}, errOther
	case a.Error != "" || a.Code == "":
		return Claims{}, errDeclined
	}
	ctx = oidc.ClientContext(ctx, c.http)
	got, err := p.config(i).Exchange(ctx, a.Code, oauth2.VerifierOption(r.Verifier))
	if err != nil {
		return Claims{}, reached(err)
	}
	raw, _ := got.Extra("id_token").(string)
	provider := (&oidc.ProviderConfig{
		IssuerURL: i.URL, AuthURL: i.Authorization, TokenURL: i.Token, UserInfoURL: i.UserInfo, JWKSURL: i.Keys, Algorithms: i.signs(),
	}).NewProvider(ctx)
	token, err := provider.VerifierContext(ctx, &oidc.Config{ClientID: p.Client, SupportedSigningAlgs: i.signs(), Now: c.clock}).Verify(ctx, raw)
	if err != nil {
		return Claims{}, unverified(err)
	}
	said, err := c.read(token, p, r)
	if err != nil || said.Email != "" || i.UserInfo == "" {
		return said, err
	}
	// Many providers tell the address only where they are asked for it.
	info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(got))
	switch {
	case err != nil:
		return said, nil // she is known by her subject; an address is a courtesy
	case info.Subject != token.Subject:
		return Claims{}, errParty
	case info.EmailVerified:
		said.Email = info.Email
	}
	return said, nil
}

func unverified(err error) error {
	if _, late := errors.AsType[*oidc.TokenExpiredError](err); late {
		return errExpired
	}
	if out, ok := errors.AsType[*outbound.Error](err); ok {
		return out
	}
	return errToken
}

// maxSubject is the most characters of a subject (OpenID Connect Core, 2).
const maxSubject = 255

// read checks what the verifier leaves to its caller.
func (c *Client) read(token *oidc.IDToken, p Party, r Request) (said Claims, err error) {
	var more struct {
		Party    string `json:"azp"`
		Email    string `json:"email"`
		Verified any    `json:"email_verified"`
		Shown    int64  `json:"auth_time"`
	}
	now := c.clock()
	switch {
	case token.Claims(&more) != nil:
		return said, errToken
	case r.Nonce == "" || subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(r.Nonce)) != 1:
		return said, errNonce
	case len(token.Audience) > 1 && more.Party == "", more.Party != "" && more.Party != p.Client:
		return said, errParty
	case token.IssuedAt.Before(r.Asked.Add(-skew)) || token.IssuedAt.After(now.Add(skew)):
		return said, errOld
	case token.Subject == "" || len(token.Subject) > maxSubject:
		return said, errSubject
	}
	if more.Shown > 0 {
		said.Shown = time.Unix(more.Shown, 0)
	}
	if said.Shown.After(now.Add(skew)) || r.Again && said.Shown.Before(r.Asked.Add(-skew)) {
		return Claims{}, errNotAgain
	}
	said.Subject = token.Subject
	if more.Verified == true || more.Verified == "true" { // some write the word
		said.Email = more.Email
	}
	return said, nil
}

// Package token is what programs show instead of a person: access tokens for
// the API, app passwords for drives and calendars. Each acts for one person in one firm and
// can never do more than she may at that moment; its pass takes away more.
//
// It refuses to keep the text, which is shown once and of which the database
// holds a keyed hash; to say why a text opens nothing; and to let anything but
// a signed-in person, or the operator for her, make or end one: neither a
// program nor a mailed link begets a program.
//
// Start at [Service.Issue] and [Service.Enter].
package token

import (
	"slices"
	"strings"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/fold"
	"cenacle/internal/id"
)

// Use is what a token opens; one for the API opens no drive, nor the reverse.
type Use string

const (
	API   Use = "api"   // an access token (RFC 6750)
	Drive Use = "drive" // an app password of a WebDAV client (RFC 7617)
	// Calendar is an app password of a calendar, which learns when something is, and
	// changes nothing.
	Calendar Use = "calendar"
)

// via is how an actor with a token of this use came, "" for an unknown use.
func (u Use) via() authz.Via {
	switch u {
	case API:
		return authz.ViaToken
	case Drive:
		return authz.ViaDrive
	case Calendar:
		return authz.ViaCalendar
	}
	return ""
}

const (
	// Life is how long a token lives unless another time is asked for.
	Life = 90 * 24 * time.Hour
	// MaxLife is the longest time that may be asked for.
	MaxLife = 366 * 24 * time.Hour
	// MaxName is the longest name of a token, in bytes.
	MaxName = 80
	// MaxSpaces is how many spaces a pass can name.
	MaxSpaces = 100
	// MaxLive is how many tokens of one person may be good at a time in a firm.
	MaxLive = 50
)

// New is a token about to be made. Name is what its person calls the program;
// a zero Life stands for [Life].
type New struct {
	Use  Use
	Name string
	Pass authz.Pass
	Life time.Duration
}

// check cleans what was asked for and says all that is wrong with it, by field.
func (n *New) check() error {
	var wrong fault.Fields
	n.Name = fold.Name(n.Name)
	switch {
	case n.Name == "":
		wrong.Add("name", "token.name_missing")
	case len(n.Name) > MaxName:
		wrong.Add("name", "token.name_long", MaxName)
	}
	if n.Use.via() == "" {
		wrong.Add("use", "token.use_unknown")
	}
	if n.Life == 0 {
		n.Life = Life
	}
	if n.Life < 0 || n.Life > MaxLife {
		wrong.Add("life", "token.life_long", int(MaxLife/(24*time.Hour)))
	}
	if n.Use == Calendar { // whatever was asked for
		n.Pass.ReadOnly, n.Pass.Kinds = true, []string{"agenda"}
	}
	checkPass(n.Pass, &wrong)
	return wrong.Err()
}

func checkPass(p authz.Pass, wrong *fault.Fields) {
	switch {
	case p.Spaces == nil:
	case len(p.Spaces) == 0:
		wrong.Add("spaces", "token.spaces_missing")
	case len(p.Spaces) > MaxSpaces:
		wrong.Add("spaces", "token.spaces_many", MaxSpaces)
	case slices.ContainsFunc(p.Spaces, malformed):
		wrong.Add("spaces", "token.spaces_missing")
	}
	if p.Kinds != nil && (len(p.Kinds) == 0 || slices.ContainsFunc(p.Kinds, unknownKind)) {
		wrong.Add("kinds", "token.kinds_unknown")
	}
}

func malformed(s id.Space) bool {
	_, err := id.Parse[id.Space](string(s))
	return err != nil
}

// unknownKind reports whether no action begins with this word.
func unknownKind(kind string) bool {
	return !slices.ContainsFunc(authz.Actions(), func(a authz.Action) bool {
		first, _, _ := strings.Cut(string(a), ".")
		return first == kind
	})
}

// Token is a token as its person reads it. Seen is zero before the first use
// and at most a minute old while it is in use; Ended is zero until it is
// revoked.
type Token struct {
	ID     id.Token
	Person id.Person
	Use    Use
	Name   string
	Pass   authz.Pass

	Created, Expires, Seen, Ended time.Time
}

// Live reports whether the token opens anything at t, as far as it goes: its
// person may have lost her place in the firm.
func (t Token) Live(at time.Time) bool { return t.Ended.IsZero() && at.Before(t.Expires) }

// prefix lets people and scanners of leaked secrets recognize a token.
const prefix = "cenacle_"

// textLength is the length of every token: prefix, firm, "_", secret.
const textLength = len(prefix) + id.Length + 1 + account.TokenLength

// compose writes the text of a new token of a firm: it names the firm, so that
// the program need not.
func compose(f id.Firm) string { return prefix + string(f) + "_" + account.NewToken() }

// firmOf is the firm that a text names, if it may be a token at all.
func firmOf(text string) (id.Firm, bool) {
	if len(text) != textLength || !strings.HasPrefix(text, prefix) || text[len(prefix)+id.Length] != '_' {
		return "", false
	}
	f, err := id.Parse[id.Firm](text[len(prefix) : len(prefix)+id.Length])
	return f, err == nil
}

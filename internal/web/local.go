package web

import (
	"net/url"
	"strings"
)

// maxLocal is the longest path a form or an address carries along.
const maxLocal = 2000

// Local returns path when it leads to a page of this site and to nothing else,
// and "" for all that a browser could read as another host: an absolute
// address, "//host", "/\host", whatever holds a control character.
func Local(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.Contains(path, `\`) {
		return ""
	}
	u, err := url.Parse(path)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") {
		return ""
	}
	if path = u.String(); len(path) > maxLocal {
		return ""
	}
	return path
}

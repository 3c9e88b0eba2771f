package front

import (
	"net/http"
	"strings"
)

// trace is the number by which a proxy in front of us knows the request
// (W3C Trace Context, 3.2: version, trace-id, parent-id, flags), so that its log
// and ours can be laid side by side. Only a trusted proxy is believed, as with
// the source of the request; what is malformed is none (3.2.2.3).
func (c *Config) trace(r *http.Request) string {
	lines := r.Header["Traceparent"]
	if len(lines) != 1 || !isTrusted(peerOf(r.RemoteAddr), c.Proxies) {
		return ""
	}
	parts := strings.Split(lines[0], "-")
	if len(parts) < 4 || !digits(parts[0], 2) || parts[0] == "ff" || parts[0] == "00" && len(parts) != 4 {
		return ""
	}
	if !digits(parts[1], 32) || !digits(parts[2], 16) || !digits(parts[3], 2) || zero(parts[1]) || zero(parts[2]) {
		return ""
	}
	return parts[1]
}

// digits reports n hexadecimal digits in small letters.
func digits(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789abcdef") == ""
}

func zero(s string) bool { return strings.Trim(s, "0") == "" }

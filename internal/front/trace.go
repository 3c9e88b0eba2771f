package front

import (
	"encoding/hex"
	"net/http"
	"strings"

	"cenacle/internal/trace"
)

// parent is the span by which a proxy in front of us knows the request (W3C Trace
// Context, 3.2: version, trace-id, parent-id, flags), so that its log and ours can
// be laid side by side. Only a trusted proxy is believed, as with the source of the
// request; what is malformed is none (3.2.2.3).
func (c *Config) parent(r *http.Request) (p trace.Parent) {
	lines := r.Header["Traceparent"]
	if len(lines) != 1 || !isTrusted(peerOf(r.RemoteAddr), c.Proxies) {
		return p
	}
	parts := strings.Split(lines[0], "-")
	if len(parts) < 4 || !digits(parts[0], 2) || parts[0] == "ff" || parts[0] == "00" && len(parts) != 4 {
		return p
	}
	if !digits(parts[1], 32) || !digits(parts[2], 16) || !digits(parts[3], 2) || zero(parts[1]) || zero(parts[2]) {
		return p
	}
	of, _ := hex.DecodeString(parts[1]) // digits, all three
	over, _ := hex.DecodeString(parts[2])
	flags, _ := hex.DecodeString(parts[3])
	return trace.Parent{Trace: [16]byte(of), Span: [8]byte(over), Sampled: flags[0]&sampled != 0}
}

const sampled = 1 // of the flags: the proxy follows this request

// number is that of the trace, for the log: of a span of ours, or of the proxy's.
func number(s *trace.Span, p trace.Parent) string {
	if s != nil || p == (trace.Parent{}) {
		return s.ID()
	}
	return hex.EncodeToString(p.Trace[:])
}

// digits reports n hexadecimal digits in small letters.
func digits(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789abcdef") == ""
}

func zero(s string) bool { return strings.Trim(s, "0") == "" }

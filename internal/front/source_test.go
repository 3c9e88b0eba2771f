package front

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

// forwarded are values of X-Forwarded-For, one line each, and whom they mean
// when a trusted proxy sends them; "" is the proxy itself.
var forwarded = []struct {
	lines []string
	means string
}{
	{nil, ""}, {[]string{""}, ""}, {[]string{" "}, ""}, {[]string{","}, ""}, {[]string{",,,"}, ""},
	{[]string{"203.0.113.9"}, "203.0.113.9"}, {[]string{" 203.0.113.9 "}, "203.0.113.9"}, {[]string{"\t203.0.113.9"}, "203.0.113.9"},
	{[]string{"1.1.1.1, 203.0.113.9"}, "203.0.113.9"}, {[]string{"1.1.1.1,203.0.113.9"}, "203.0.113.9"},
	{[]string{"1.1.1.1", "203.0.113.9"}, "203.0.113.9"}, {[]string{"203.0.113.9", "1.1.1.1"}, "1.1.1.1"},
	{[]string{"127.0.0.1, 203.0.113.9"}, "203.0.113.9"}, {[]string{"203.0.113.9, 10.0.0.7"}, "203.0.113.9"},
	{[]string{"203.0.113.9, 10.0.0.7, 10.0.0.8"}, "203.0.113.9"}, {[]string{"1.1.1.1, 203.0.113.9, 10.0.0.7"}, "203.0.113.9"},
	{[]string{"10.0.0.7"}, "10.0.0.7"}, {[]string{"10.0.0.6, 10.0.0.7"}, "10.0.0.6"}, {[]string{"10.0.0.7", "203.0.113.9"}, "203.0.113.9"},
	{[]string{"203.0.113.9,"}, ""}, {[]string{", 203.0.113.9"}, "203.0.113.9"}, {[]string{"203.0.113.9, "}, ""},
	{[]string{"unknown"}, ""}, {[]string{"203.0.113.9, unknown"}, ""}, {[]string{"unknown, 203.0.113.9"}, "203.0.113.9"},
	{[]string{"_hidden"}, ""}, {[]string{"localhost"}, ""}, {[]string{"example.org"}, ""}, {[]string{"203.0.113.9 1.1.1.1"}, ""},
	{[]string{"203.0.113.9:443"}, ""}, {[]string{"203.0.113.9;1.1.1.1"}, ""}, {[]string{"203.0.113.9/32"}, ""}, {[]string{`"203.0.113.9"`}, ""},
	{[]string{"203.0.113.009"}, ""}, {[]string{"203.0.113"}, ""}, {[]string{"203.0.113.9.1"}, ""}, {[]string{"203.0.113.256"}, ""},
	{[]string{"0xcb007109"}, ""}, {[]string{"3405803785"}, ""}, {[]string{"203.0.113.-9"}, ""}, {[]string{"+203.0.113.9"}, ""},
	{[]string{"0.0.0.0"}, "0.0.0.0"}, {[]string{"255.255.255.255"}, "255.255.255.255"}, {[]string{"127.0.0.1"}, "127.0.0.1"},
	{[]string{"2001:db8::1"}, "2001:db8::1"}, {[]string{"2001:DB8:0:0:0:0:0:1"}, "2001:db8::1"}, {[]string{"[2001:db8::1]"}, ""},
	{[]string{"[2001:db8::1]:443"}, ""}, {[]string{"2001:db8::1, 10.0.0.7"}, "2001:db8::1"}, {[]string{"::ffff:203.0.113.9"}, "203.0.113.9"},
	{[]string{"203.0.113.9, ::ffff:10.0.0.7"}, "203.0.113.9"}, {[]string{"::1"}, "::1"}, {[]string{"::"}, "::"}, {[]string{"2001:db8:::1"}, ""},
	{[]string{"203.0.113.9, fd00::5"}, "203.0.113.9"}, {[]string{"fd00::5, 203.0.113.9"}, "203.0.113.9"},
	{[]string{"' or 1=1 --"}, ""}, {[]string{"<script>"}, ""}, {[]string{"../../etc/passwd"}, ""}, {[]string{"%32%30%33"}, ""},
	{[]string{strings.Repeat("203.0.113.9, ", 2000) + "198.51.100.3"}, "198.51.100.3"},
	{[]string{strings.Repeat("10.0.0.7, ", 2000) + "10.0.0.8"}, "10.0.0.7"}, {[]string{strings.Repeat("x", 8000)}, ""},
}

// otherHeaders are those that other programs believe.
var otherHeaders = []string{
	"Forwarded", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP", "X-Cluster-Client-IP", "X-Forwarded",
	"Forwarded-For", "X-Original-Forwarded-For", "X-ProxyUser-Ip", "Fastly-Client-IP", "X-Envoy-External-Address", "Via", "X-Remote-Addr",
}

// TestAUT13_Source (small) has every header variant from trusted and untrusted
// peers.
func TestAUT13_Source(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	cases := 0
	for _, peer := range []struct {
		remote, addr string
		trusted      bool
	}{
		{"10.1.2.3:4711", "10.1.2.3", true}, {"[fd00::1]:4711", "fd00::1", true}, {"[::ffff:10.1.2.3]:4711", "10.1.2.3", true},
		{"198.51.100.7:4711", "198.51.100.7", false}, {"[2001:db8::7]:4711", "2001:db8::7", false}, {"11.0.0.1:1", "11.0.0.1", false},
	} {
		for _, f := range forwarded {
			want := peer.addr
			if peer.trusted && f.means != "" {
				want = f.means
			}
			r := request(peer.remote)
			for _, line := range f.lines {
				r.Header.Add("X-Forwarded-For", line)
			}
			if got := source(r, trusted).Addr.String(); got != want {
				t.Errorf("%s says X-Forwarded-For %.80q: %s, want %s", peer.remote, f.lines, got, want)
			}
			if got := source(r, nil).Addr.String(); got != peer.addr {
				t.Errorf("without a proxy %s becomes %s by %.80q", peer.addr, got, f.lines)
			}
			cases += 2
		}
		for _, name := range otherHeaders {
			r := request(peer.remote)
			r.Header.Set(name, "for=203.0.113.9")
			if strings.Contains(strings.ToLower(name), "ip") {
				r.Header.Set(name, "203.0.113.9")
			}
			if got := source(r, trusted).Addr.String(); got != peer.addr {
				t.Errorf("%s is believed: %s", name, got)
			}
			cases++
		}
	}
	if cases < 200 {
		t.Errorf("%d cases, want 200", cases)
	}
}

func request(remote string) *http.Request {
	return &http.Request{RemoteAddr: remote, Header: http.Header{}}
}

func TestSourceWithoutAddress(t *testing.T) {
	for _, remote := range []string{"", "@", "/run/cenacle.sock", "10.0.0.1", "pipe", "10.0.0.1:http:1"} {
		r := request(remote)
		r.Header.Set("X-Forwarded-For", "203.0.113.9")
		if got := source(r, []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}); got.Addr.IsValid() {
			t.Errorf("%q gives %v", remote, got.Addr)
		}
	}
}

func TestAgentIsShort(t *testing.T) {
	for in, want := range map[string]string{
		"Firefox": "Firefox", "": "", strings.Repeat("é", 200): strings.Repeat("é", 150), "a\xffb": "ab", "x" + strings.Repeat("é", 200): "x" + strings.Repeat("é", 149),
	} {
		r := request("10.0.0.1:1")
		r.Header.Set("User-Agent", in)
		if got := source(r, nil).Agent; got != want {
			t.Errorf("%.20q becomes %q", in, got)
		}
	}
}

func TestKnownHost(t *testing.T) {
	base := map[bool]string{false: "cenacle.example.org", true: "127.0.0.1:8080"}
	for _, tt := range []struct {
		host string
		demo bool
		want bool
	}{
		{"cenacle.example.org", false, true}, {"CENACLE.example.org", false, true}, {"", false, false},
		{"example.org", false, false}, {"cenacle.example.org:444", false, false}, {"cenacle.example.org.", false, false},
		{"evil.cenacle.example.org", false, false}, {"localhost", false, false}, {"127.0.0.1", false, false},
		{"127.0.0.1:8080", true, true}, {"localhost:8080", true, true}, {"localhost", true, true}, {"localhost.evil.example:8080", true, false},
		{"127.0.0.1.evil.example", true, false}, {"evil.example:8080", true, false}, {"", true, false}, {"0.0.0.0:8080", true, false},
	} {
		c := &Config{Base: mustURL(t, "https://"+base[tt.demo]), Demo: tt.demo}
		if got := c.known(tt.host); got != tt.want {
			t.Errorf("host %q, demonstration %v: known %v", tt.host, tt.demo, got)
		}
	}
}

func TestFrom(t *testing.T) {
	for in, want := range map[string]int64{
		"": 0, "bytes=0-": 0, "bytes=5-": 5, "bytes=5-9": 5, "bytes=5-9,20-": 5, "bytes=-5": 0, "bytes= 7 -": 7, "bytes=x-": 0,
		"bytes=9223372036854775808-": 0, "items=5-": 0, "bytes": 0, "bytes=": 0, "bytes=--5": 0, "BYTES=5-": 0,
	} {
		r := request("")
		if in != "" {
			r.Header.Set("Range", in)
		}
		if got := From(r); got != want {
			t.Errorf("Range %q begins at %d, want %d", in, got, want)
		}
	}
}

package outbound

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"

	"cenacle/internal/fault"
)

// Networks that are nobody's on the Internet, or lead back to this machine and
// its network: the special-purpose registries of IANA (RFC 6890), and the
// ranges that carry an IPv4 address inside an IPv6 one.
var special = [...]netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),       // this network
	netip.MustParsePrefix("10.0.0.0/8"),      // private
	netip.MustParsePrefix("100.64.0.0/10"),   // shared by carriers
	netip.MustParsePrefix("127.0.0.0/8"),     // loopback
	netip.MustParsePrefix("169.254.0.0/16"),  // link-local, and the metadata of clouds
	netip.MustParsePrefix("172.16.0.0/12"),   // private
	netip.MustParsePrefix("192.0.0.0/24"),    // protocols
	netip.MustParsePrefix("192.0.2.0/24"),    // documentation
	netip.MustParsePrefix("192.88.99.0/24"),  // 6to4 relays
	netip.MustParsePrefix("192.168.0.0/16"),  // private
	netip.MustParsePrefix("198.18.0.0/15"),   // benchmarks
	netip.MustParsePrefix("198.51.100.0/24"), // documentation
	netip.MustParsePrefix("203.0.113.0/24"),  // documentation
	netip.MustParsePrefix("224.0.0.0/3"),     // multicast, reserved, broadcast
	netip.MustParsePrefix("2001::/23"),       // Teredo, ORCHID and other protocols
	netip.MustParsePrefix("2001:db8::/32"),   // documentation
	netip.MustParsePrefix("2002::/16"),       // 6to4
	netip.MustParsePrefix("3fff::/20"),       // documentation
}

// global is where public IPv6 addresses are; NAT64, mapped, unique local,
// link-local and multicast ones are elsewhere.
var global = netip.MustParsePrefix("2000::/3")

// never are addresses of clouds that hand secrets to whoever asks from the
// machine; no configuration opens them.
var never = [...]netip.Prefix{
	netip.MustParsePrefix("169.254.0.0/16"),
	netip.MustParsePrefix("168.63.129.16/32"),
	netip.MustParsePrefix("100.100.100.200/32"),
	netip.MustParsePrefix("fd00:ec2::/32"),
	netip.MustParsePrefix("fe80::/10"),
}

func within(a netip.Addr, blocks []netip.Prefix) bool {
	return slices.ContainsFunc(blocks, func(p netip.Prefix) bool { return p.Contains(a) })
}

// reaches reports whether a connection to a may be made.
func (c *Client) reaches(a netip.Addr, plain bool) bool {
	if a.Zone() != "" {
		return false
	}
	a = a.Unmap()
	switch {
	case !a.IsValid() || a.IsUnspecified() || a.IsMulticast() || within(a, never[:]):
		return false
	case within(a, c.allow):
		return true
	}
	return !plain && Public(a)
}

// Public reports whether a is an address of the Internet at large.
func Public(a netip.Addr) bool {
	return a.IsValid() && a.Zone() == "" && !within(a, special[:]) && (a.Is4() || global.Contains(a))
}

const maxAddress = 2000 // bytes

// Check returns an address in the one spelling in which it is kept, or a
// fault.Invalid that says what is wrong with it. It looks nothing up: what a
// name leads to is decided when it is dialled.
func (c *Client) Check(address string) (string, error) {
	bad := fault.New(fault.Invalid, "outbound.address_bad")
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || len(address) > maxAddress || u.Opaque != "" || u.Host == "" {
		return "", bad
	}
	if u.Scheme != "https" && (u.Scheme != "http" || len(c.allow) == 0) {
		return "", fault.New(fault.Invalid, "outbound.address_open")
	}
	if u.User != nil || u.Fragment != "" {
		return "", fault.New(fault.Invalid, "outbound.address_parts")
	}
	host, ok := hostname(u.Hostname())
	if !ok {
		return "", bad
	}
	if a, err := netip.ParseAddr(host); err == nil && !c.reaches(a, u.Scheme == "http") {
		return "", fault.New(fault.Invalid, "outbound.address_forbidden")
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if strings.HasSuffix(u.Host, ":") {
		return "", bad
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return "", bad
		}
		host += ":" + port
	}
	u.Host = host
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String(), nil
}

// hostname is a literal address in its plain form, or a name in ASCII that no
// resolver could take for an address.
func hostname(typed string) (string, bool) {
	if a, err := netip.ParseAddr(typed); err == nil {
		return a.Unmap().String(), a.Zone() == ""
	}
	name, err := idna.Lookup.ToASCII(strings.TrimSuffix(typed, "."))
	if err != nil || name == "" || len(name) > 253 {
		return "", false
	}
	last := name[strings.LastIndexByte(name, '.')+1:]
	if last == "" || last[0] >= '0' && last[0] <= '9' {
		return "", false // 127.1, 0x7f.1, 2130706433: some resolvers read these as addresses
	}
	return name, true
}

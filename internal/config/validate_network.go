package config

import (
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

func (c *Config) checkListen(wrong *Reasons) {
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		wrong.add("listen", "this is no address with a port", `write for example "127.0.0.1:8080"`)
		return
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || strconv.FormatUint(n, 10) != port {
		wrong.add("listen", "the port is not a number from 0 to 65535", `write for example "127.0.0.1:8080"`)
	}
	if _, err := netip.ParseAddr(host); err != nil && host != "" && host != "localhost" {
		wrong.add("listen", "the host is not an address of this machine", `write "127.0.0.1", "::1" or "0.0.0.0" before the port`)
		return
	}
	if !loopbackHost(host) && !c.TLS.On() && len(c.TrustedProxies) == 0 {
		wrong.add("listen", "passwords and documents would cross the network unencrypted",
			"listen on 127.0.0.1, or set tls.mode, or name the reverse proxy that encrypts in trusted_proxies")
	}
}

func (c *Config) checkURL(wrong *Reasons) {
	if c.URL == "" {
		if !loopbackListener(c.Listen) {
			wrong.add("url", "links in mails need the public address", `write for example "https://espace.cabinet.fr"`)
		}
		return
	}
	u, err := url.Parse(c.URL)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Hostname() == "" || strings.TrimSpace(c.URL) != c.URL {
		wrong.add("url", "this is no web address", `write for example "https://espace.cabinet.fr"`)
		return
	}
	if u.Scheme+"://"+u.Host != c.URL {
		wrong.add("url", "only a scheme and a host are allowed, without path, user or final slash", "write "+u.Scheme+"://"+u.Host)
		return
	}
	c.checkReach(u, wrong)
}

// checkReach compares the public address with who listens and who encrypts.
func (c *Config) checkReach(u *url.URL, wrong *Reasons) {
	local, a := loopbackHost(u.Hostname()), netip.Addr{}
	if parsed, err := netip.ParseAddr(u.Hostname()); err == nil {
		a = parsed
	}
	switch {
	case a.IsValid() && a.IsUnspecified():
		wrong.add("url", "nobody can open this address", "write the name or address that people type")
	case local && !loopbackListener(c.Listen):
		wrong.add("url", "links in mails would lead every reader to her own machine", "write the public address")
	case !local && u.Scheme == "http":
		wrong.add("url", "links in mails would be unencrypted", "write https:// and set tls.mode or a reverse proxy")
	case u.Scheme == "https" && !c.TLS.On() && len(c.TrustedProxies) == 0:
		wrong.add("url", "the address says https, but nothing here encrypts",
			"set tls.mode, or name the reverse proxy that encrypts in trusted_proxies")
	case u.Scheme == "http" && c.TLS.On():
		wrong.add("url", "the address says http, but this program answers in https", "write https://")
	}
}

// Blocks larger than these hold strangers.
const (
	largestBlock4 = 8 // bits: 10.0.0.0/8 is the largest private block
	largestBlock6 = 7 // fc00::/7
)

func (c *Config) checkProxies(wrong *Reasons) {
	for _, text := range c.TrustedProxies {
		block, err := parseBlock(text)
		switch {
		case err != nil:
			wrong.add("trusted_proxies", "one entry is neither an address nor a block of addresses", `write for example "10.0.0.2" or "10.0.0.0/24"; "*" is refused`)
		case block.Addr().Is4In6() || block.Addr().Zone() != "":
			wrong.add("trusted_proxies", text+" is written in a form that no connection has", "write the plain IPv4 or IPv6 address")
		case block.Masked() != block:
			wrong.add("trusted_proxies", text+" has bits outside its block", "write "+block.Masked().String())
		case block.Addr().Is4() && block.Bits() < largestBlock4, block.Addr().Is6() && block.Bits() < largestBlock6:
			wrong.add("trusted_proxies", text+" holds strangers, who could claim any address of origin", "name the proxy's own address")
		}
	}
}

// own are the networks that may be a firm's own: private, loopback, shared by
// carriers, unique local.
var own = [...]netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"),
	netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("fc00::/7"), netip.MustParsePrefix("::1/128"),
}

func (c *Config) checkOutbound(wrong *Reasons) {
	for _, text := range c.Outbound.Allow {
		block, err := parseBlock(text)
		switch {
		case err != nil:
			wrong.add("outbound.allow", "one entry is neither an address nor a block of addresses", `write for example "10.0.0.2" or "10.0.0.0/24"`)
		case block.Masked() != block:
			wrong.add("outbound.allow", text+" has bits outside its block", "write "+block.Masked().String())
		case !slices.ContainsFunc(own[:], func(o netip.Prefix) bool { return o.Contains(block.Addr()) && o.Bits() <= block.Bits() }):
			wrong.add("outbound.allow", text+" is not a private network", "name addresses of your own network; public ones need no permission")
		}
	}
	if c.Outbound.Resolver == "" {
		return
	}
	if at, err := netip.ParseAddrPort(c.Outbound.Resolver); err != nil || at.Port() == 0 || at.Addr().IsUnspecified() {
		wrong.add("outbound.resolver", "this is no address with a port", `write for example "10.0.0.53:53"; a name would have to be looked up itself`)
	}
}

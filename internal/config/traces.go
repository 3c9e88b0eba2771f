package config

import (
	"net/netip"
	"net/url"
	"slices"
)

// Traces is the collector that is told where the time of requests goes
// (OpenTelemetry, OTLP over HTTP). Without Endpoint nobody is.
type Traces struct {
	// Endpoint is its whole address, such as "http://127.0.0.1:4318/v1/traces".
	Endpoint string `toml:"endpoint"`
	// TokenFile holds what is shown as "Authorization: Bearer …".
	TokenFile string `toml:"token_file"`
	// Share is how many of a hundred requests are followed, of those about which
	// no trusted proxy has decided.
	Share int `toml:"share"`
}

func (c *Config) checkTraces(wrong *Reasons) {
	t := c.Traces
	if t.Share < 0 || t.Share > 100 {
		wrong.add("traces.share", "this is no number from 0 to 100", "write for example 10")
	}
	if t.TokenFile != "" {
		checkSecretFile(wrong, "traces.token_file", t.TokenFile)
	}
	if t.Endpoint == "" {
		if t.TokenFile != "" {
			wrong.add("traces.endpoint", "a token is named but nobody is shown it", "set traces.endpoint, or remove traces.token_file")
		}
		return
	}
	u, err := url.Parse(t.Endpoint)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https":
		wrong.add("traces.endpoint", "this is no address of a collector", `write for example "http://127.0.0.1:4318/v1/traces"`)
	case u.Path == "" || u.Path == "/":
		wrong.add("traces.endpoint", "the address has no path", "write "+u.Scheme+"://"+u.Host+"/v1/traces")
	case u.Scheme == "http" && !near(u.Hostname()):
		wrong.add("traces.endpoint", "what the program does would cross strangers' networks unencrypted", "write https://, or name a collector by its address in your own network")
	}
}

// near reports an address of this machine or of a network that may be the firm's own.
func near(host string) bool {
	if loopbackHost(host) {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && slices.ContainsFunc(own[:], func(o netip.Prefix) bool { return o.Contains(a.Unmap()) })
}

// TracesToken reads the token of the collector; empty without one.
func (c *Config) TracesToken() (Secret, error) { return either(Secret{}, c.Traces.TokenFile) }

package config

import (
	"net"
	"net/netip"
	"strconv"
	"unicode/utf8"

	"cenacle/internal/scan"
)

// Metrics is where the figures of the running server are read, in the format of
// Prometheus, and its probes besides. Without Listen there are none.
type Metrics struct {
	// Listen is an address and port of its own. Off the loopback it takes a token,
	// and answers in https when this program encrypts (tls.mode).
	Listen string `toml:"listen"`
	// TokenFile holds what a reader must show as "Authorization: Bearer …".
	TokenFile string `toml:"token_file"`
}

// Drain is how the program ends on SIGTERM.
type Drain struct {
	// Delay is for how many seconds all is served on after /readyz has turned, so
	// that a balancer sees it before a connection is refused.
	Delay int `toml:"delay"`
	// Grace is how many seconds what is under way has then to end. An upload that
	// has not keeps what is durable, and resumes.
	Grace int `toml:"grace"`
}

const (
	shortestToken = 20   // characters
	longestDrain  = 3600 // seconds
)

func (c *Config) checkMetrics(wrong *Reasons) {
	m := c.Metrics
	if m.Listen == "" {
		if m.TokenFile != "" {
			wrong.add("metrics.listen", "a token is named but nothing listens", "set metrics.listen, or remove metrics.token_file")
		}
		return
	}
	host, port, err := net.SplitHostPort(m.Listen)
	number, bad := strconv.ParseUint(port, 10, 16)
	if err != nil || bad != nil || strconv.FormatUint(number, 10) != port {
		wrong.add("metrics.listen", "this is no address with a port", `write for example "127.0.0.1:9464"`)
		return
	}
	if _, err := netip.ParseAddr(host); err != nil && host != "" && host != "localhost" {
		wrong.add("metrics.listen", "the host is not an address of this machine", `write "127.0.0.1" before the port`)
		return
	}
	if m.Listen == c.Listen && number != 0 {
		wrong.add("metrics.listen", "the site listens there", "choose another port")
	}
	if m.TokenFile == "" {
		if !loopbackHost(host) {
			wrong.add("metrics.listen", "everybody in the network could read the figures of all firms",
				"name a file with a token in metrics.token_file, or listen on 127.0.0.1")
		}
		return
	}
	if s, ok := checkSecretFile(wrong, "metrics.token_file", m.TokenFile); ok && utf8.RuneCountInString(s.text) < shortestToken {
		wrong.add("metrics.token_file", "the token has fewer than 20 characters", "write for example the output of: openssl rand -hex 24")
	}
}

func (c *Config) checkScan(wrong *Reasons) {
	if _, err := scan.Parse(c.Clamd); err != nil {
		wrong.add("clamd", "this is no address of a scanner on this machine or in its network", `write for example "unix:/run/clamav/clamd.ctl" or "tcp://127.0.0.1:3310"`)
	}
	if c.Scan.Demand && c.Clamd == "" {
		wrong.add("scan.demand", "nobody could open anything, because nothing is scanned", "name the scanner in clamd, or write false")
	}
}

func (c *Config) checkDrain(wrong *Reasons) {
	if c.Drain.Delay < 0 || c.Drain.Delay > longestDrain {
		wrong.add("drain.delay", "this is no number of seconds from 0 to 3600", "write 0, or twice as long as your balancer asks again")
	}
	if c.Drain.Grace < 1 || c.Drain.Grace > longestDrain {
		wrong.add("drain.grace", "this is no number of seconds from 1 to 3600", "write for example 20")
	}
}

// MetricsToken reads the token of the figures; empty without one.
func (c *Config) MetricsToken() (Secret, error) {
	return either(Secret{}, c.Metrics.TokenFile)
}

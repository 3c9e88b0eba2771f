// Package config is what an operator decides: one typed struct, read from one
// TOML file, then from the environment (CENACLE_DATA, CENACLE_MAIL_HOST, …),
// then from flags through [Config.Set].
//
// It refuses what it does not know (a key of the file or a CENACLE_ variable
// that nothing reads), secrets in flags, and settings under which the product
// would not keep its promises: [Config.Validate] says why, and what to do, in
// plain English, all reasons at once. Secrets come from files or from the
// environment of the service manager; nothing prints them ([Config.Dump]).
//
// Start reading at [Config], then [Load].
package config

import (
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"

	"cenacle/internal/sms"
)

// Config is everything an operator may set. A field's name in the file is its
// toml tag; in the environment it is CENACLE_, then the path in capitals with
// underscores; as a flag it is the path with dots.
type Config struct {
	// Data is the folder that holds everything the embedded engine writes.
	Data string `toml:"data"`
	// Listen is the address and port to listen on.
	Listen string `toml:"listen"`
	// URL is the public scheme and host: every link starts with it. Empty means
	// Listen, when that is a loopback address; see [Config.Base].
	URL string `toml:"url"`
	// TrustedProxies are the addresses or CIDR blocks of the reverse proxies
	// whose X-Forwarded-For is believed; see [Config.Proxies].
	TrustedProxies []string `toml:"trusted_proxies"`
	// Language is the one used before a person has chosen: "fr" or "en".
	Language string `toml:"language"`
	// Blobs is where the bytes of documents lie: empty for the data folder, or
	// s3://bucket/prefix?endpoint=…&region=…&path_style=…; see [Config.Storage].
	Blobs string `toml:"blobs"`
	// Clamd is where the virus scanner listens: unix:/path or tcp://host:port;
	// empty: what arrives is not scanned.
	Clamd string `toml:"clamd"`
	// Demo serves the demonstration firm, with its mails on a local page.
	Demo bool `toml:"demo"`
	// Log is the least severe level written: debug, info, warn or error.
	Log string `toml:"log"`

	TLS      TLS      `toml:"tls"`
	Key      Key      `toml:"key"`
	Database Database `toml:"database"`
	S3       S3       `toml:"s3"`
	Backup   S3       `toml:"backup"` // our account on the storage of backups; see [Config.Shelf]
	Mail     Mail     `toml:"mail"`
	SMS      SMS      `toml:"sms"`
	Limit    Limit    `toml:"limit"`
	Plan     Plan     `toml:"plan"`
	Drive    Drive    `toml:"drive"`
	Outbound Outbound `toml:"outbound"`
	Metrics  Metrics  `toml:"metrics"`
	Traces   Traces   `toml:"traces"`
	Drain    Drain    `toml:"drain"`
	Scan     Scan     `toml:"scan"`
	Legal    Legal    `toml:"legal"`
	Sanction Sanction `toml:"sanction"`
	Keycard  Keycard  `toml:"keycard"`

	file string // where it was read from; empty without a file
}

// Key says where the root key comes from.
type Key struct {
	Provider string `toml:"provider"`
	// File holds the key, or the passphrase; see [Config.KeyFile].
	File string `toml:"file"`
	// Passphrase comes from CENACLE_KEY_PASSPHRASE only.
	Passphrase Secret `toml:"-" env:"passphrase"`
}

// The key providers: a file of 32 random bytes; a passphrase in a file; a
// passphrase in the environment that the service manager prepares.
const (
	KeyFromFile                  = "file"
	KeyFromPassphraseFile        = "passphrase-file"
	KeyFromPassphraseEnvironment = "passphrase-environment"
)

// Database chooses PostgreSQL; empty, the embedded engine is used. A URL with a
// password belongs in a file or in the environment.
type Database struct {
	URL            Secret `toml:"url"`
	URLFile        string `toml:"url_file"`
	MigrateURL     Secret `toml:"migrate_url"` // of the role that owns the tables
	MigrateURLFile string `toml:"migrate_url_file"`
	// Connections is how many connections one node opens at most for its work.
	Connections int `toml:"connections"`
}

// Mail is the SMTP server that sends; without Host, messages are kept as sealed
// files.
type Mail struct {
	Host         string `toml:"host"`
	Port         int    `toml:"port"`
	Security     string `toml:"security"` // starttls, tls; none on loopback
	UserName     string `toml:"username"`
	PasswordFile string `toml:"password_file"`
	Password     Secret `toml:"-" env:"password"` // CENACLE_MAIL_PASSWORD only
	From         string `toml:"from"`
	FromName     string `toml:"from_name"`
}

// Limit bounds what people may store and take, and programs may ask. 0 means no
// quota, or no limit.
type Limit struct {
	Upload Size `toml:"upload"` // bytes of one file
	Quota  Size `toml:"quota"`  // bytes of one firm
	// Requests is how many one program may send through the API in a minute,
	// a sixth of them at once.
	Requests int `toml:"requests"`
	// Documents is how many one person may open or take by a browser within ten
	// minutes before she shows again that it is she; 0: any number.
	Documents int `toml:"documents"`
}

// Plan is how much of the house a firm may use that has no plan of its own (cenacle
// firm plan); 0 means any number. A full plan refuses the firm's own people more, never
// what clients deposit, which Limit.Quota bounds.
type Plan struct {
	Spaces     int  `toml:"spaces"`     // open ones
	Colleagues int  `toml:"colleagues"` // of the firm's own people
	Storage    Size `toml:"storage"`    // bytes of documents
}

// Drive says what network drives (WebDAV) may do.
type Drive struct {
	// Delete lets a drive delete what its person may delete on the page of a
	// document, to be restored for a day. Without it nothing leaves by a drive.
	Delete bool `toml:"delete"`
}

// Outbound bounds where the program connects to because somebody typed an
// address (webhooks): public addresses by https, and these.
type Outbound struct {
	// Allow are private addresses or CIDR blocks of the firm's own network, for
	// its management tools; see [Config.Networks].
	Allow []string `toml:"allow"`
	// Resolver is the name server that is asked where those addresses lead, as address
	// and port; empty: those of the machine.
	Resolver string `toml:"resolver"`
}

// Scan says what becomes of what the virus scanner has not looked at.
type Scan struct {
	// Demand holds it: nobody opens it before. Without it, it is said.
	Demand bool `toml:"demand"`
}

// Sanction is about the list of those whose assets are frozen.
type Sanction struct {
	// StaleDays is after how many days a list that nobody has checked is said to be old.
	StaleDays int `toml:"stale_days"`
	// Address is where the list is published as a file, to be fetched every day for all
	// firms; empty: nothing is fetched.
	Address string `toml:"address"`
}

// Legal is what the host writes of itself for the public pages (LCEN, article
// 1-1). What is empty is shown as missing.
type Legal struct {
	Publisher string `toml:"publisher"` // name, legal form and capital, registration number
	Address   string `toml:"address"`
	Contact   string `toml:"contact"`
	Director  string `toml:"director"` // director of publication
	Hosting   string `toml:"hosting"`  // who keeps the machines
	Mediator  string `toml:"mediator"` // consumer mediator
	Source    string `toml:"source"`   // where the source of the running program is offered (AGPL, section 13)
}

// Default is the configuration of a first start on one's own machine.
func Default() *Config {
	return &Config{
		Data:     "data",
		Listen:   "127.0.0.1:8080",
		Language: "fr",
		Log:      "info",
		TLS:      TLS{Mode: TLSOff},
		Key:      Key{Provider: KeyFromFile},
		Database: Database{Connections: 32},
		Mail:     Mail{Port: 587, Security: "starttls", From: "cenacle@localhost.localdomain", FromName: "Cénacle"},
		Limit:    Limit{Upload: 100e9, Requests: 6000, Documents: 200},
		SMS:      SMS{Type: sms.JSON},
		Drain:    Drain{Grace: 20},
		Traces:   Traces{Share: 100},
		Sanction: Sanction{StaleDays: 30},
	}
}

// File is the path of the file that was read, or empty.
func (c *Config) File() string { return c.file }

// Base is the public URL. It is nil for a configuration that Validate refuses.
func (c *Config) Base() *url.URL {
	text := c.URL
	if text == "" && loopbackListener(c.Listen) {
		text = c.scheme() + "://" + c.Listen
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return nil
	}
	return u
}

func (c *Config) scheme() string {
	if c.TLS.On() {
		return "https"
	}
	return "http"
}

// KeyFile is the path of the key or passphrase file: key.file, or "root.key"
// in the data folder when a key file was not named. Keep another copy of it
// elsewhere: without it nothing can be read any more.
func (c *Config) KeyFile() string {
	if c.Key.File == "" && c.Key.Provider == KeyFromFile {
		return filepath.Join(c.Data, "root.key")
	}
	return c.Key.File
}

// Proxies are the trusted proxies as blocks; nil when one cannot be read.
func (c *Config) Proxies() []netip.Prefix { return blocks(c.TrustedProxies) }

// Networks are the blocks of outbound.allow; nil when one cannot be read.
func (c *Config) Networks() []netip.Prefix { return blocks(c.Outbound.Allow) }

func blocks(list []string) []netip.Prefix {
	var blocks []netip.Prefix
	for _, text := range list {
		block, err := parseBlock(text)
		if err != nil {
			return nil
		}
		blocks = append(blocks, block)
	}
	return blocks
}

// parseBlock reads a CIDR block, or one address as the block that holds it.
func parseBlock(text string) (netip.Prefix, error) {
	if !strings.Contains(text, "/") {
		a, err := netip.ParseAddr(text)
		if err != nil {
			return netip.Prefix{}, err
		}
		return a.Prefix(a.BitLen())
	}
	return netip.ParsePrefix(text)
}

// loopbackListener reports whether only this machine can connect.
func loopbackListener(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	return err == nil && loopbackHost(host)
}

func loopbackHost(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}

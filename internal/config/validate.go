package config

import (
	"errors"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"cenacle/internal/i18n"
)

// Validate returns every reason why the product must not start with c. It
// reads the named files and the modes of files and folders; it changes nothing
// and connects to nothing.
func (c *Config) Validate() Reasons {
	var wrong Reasons
	c.checkGeneral(&wrong)
	c.checkFile(&wrong)
	c.checkListen(&wrong)
	c.checkURL(&wrong)
	c.checkProxies(&wrong)
	c.checkOutbound(&wrong)
	c.checkTLS(&wrong)
	c.checkKey(&wrong)
	c.checkDatabase(&wrong)
	c.checkStorage(&wrong)
	c.checkMail(&wrong)
	c.checkSMS(&wrong)
	c.checkMetrics(&wrong)
	c.checkTraces(&wrong)
	c.checkDrain(&wrong)
	c.checkScan(&wrong)
	c.checkKeycard(&wrong)
	return wrong
}

func (c *Config) checkGeneral(wrong *Reasons) {
	if _, ok := i18n.Parse(c.Language); !ok {
		wrong.add("language", "there is no such language", `write "fr" or "en"`)
	}
	var level slog.Level
	if level.UnmarshalText([]byte(c.Log)) != nil || strings.ToLower(c.Log) != c.Log || strings.ContainsAny(c.Log, "+-") {
		wrong.add("log", "there is no such level", `write "debug", "info", "warn" or "error"`)
	} else if level < slog.LevelInfo && !c.local() {
		wrong.add("log", "the debug level is for one's own machine", `write "info"`)
	}
	if c.Demo && !c.local() {
		wrong.add("demo", "the demonstration shows its passwords and mails to whoever connects",
			"listen on 127.0.0.1 and leave url empty, or turn demo off")
	}
	if c.Limit.Upload <= 0 {
		wrong.add("limit.upload", "no file could be deposited", `write a size above 0, such as "100 GB"`)
	}
	if c.Limit.Quota < 0 {
		wrong.add("limit.quota", "a quota cannot be negative", "write 0 for none")
	}
	if c.Limit.Quota > 0 && c.Limit.Quota < c.Limit.Upload {
		wrong.add("limit.quota", "one file could be larger than all files together", "raise limit.quota or lower limit.upload")
	}
	if c.Plan.Spaces < 0 || c.Plan.Colleagues < 0 || c.Plan.Storage < 0 {
		wrong.add("plan", "a plan cannot be negative", "write 0 for any number")
	}
	if c.Limit.Quota > 0 && c.Plan.Storage > c.Limit.Quota {
		wrong.add("plan.storage", "a plan would promise more than a firm can have", "raise limit.quota or lower plan.storage")
	}
	if c.Limit.Requests < 0 {
		wrong.add("limit.requests", "a limit cannot be negative", "write 0 for none")
	}
	if c.Limit.Documents < 0 {
		wrong.add("limit.documents", "a limit cannot be negative", "write 0 for none")
	}
	if c.Sanction.StaleDays < 1 {
		wrong.add("sanction.stale_days", "a list would be old on the day it came", "write a number of days above 0, such as 30")
	}
	if u, err := url.Parse(c.Sanction.Address); err != nil || c.Sanction.Address != "" && (u.Host == "" || u.User != nil || u.Fragment != "" || u.Scheme != "https" && (u.Scheme != "http" || len(c.Outbound.Allow) == 0)) {
		wrong.add("sanction.address", "this is no https address of a file", "write where the list is published as JSON, or nothing; http only leads into outbound.allow")
	}
	c.checkData(wrong)
}

// local reports whether nobody but this machine is served.
func (c *Config) local() bool {
	base := c.Base()
	return loopbackListener(c.Listen) && base != nil && loopbackHost(base.Hostname())
}

func (c *Config) checkData(wrong *Reasons) {
	switch path := filepath.Clean(c.Data); {
	case strings.TrimSpace(c.Data) == "":
		wrong.add("data", "no data folder is named", "write its path")
		return
	case path == filepath.Dir(path) && filepath.IsAbs(path):
		wrong.add("data", "the root of the file system is no data folder", "name a folder of its own")
		return
	}
	info, err := os.Stat(c.Data)
	switch {
	case errors.Is(err, fs.ErrNotExist): // made at the first start
	case err != nil:
		wrong.add("data", "the data folder cannot be reached: "+plainly(err), "check its path and that this account may enter it")
	case !info.IsDir():
		wrong.add("data", "this is not a folder", "name a folder")
	case info.Mode().Perm()&0o022 != 0:
		wrong.add("data", "other accounts may write into the data folder", "run: chmod go-w "+c.Data)
	}
}

// checkFile looks at the configuration file itself.
func (c *Config) checkFile(wrong *Reasons) {
	if c.file == "" {
		return
	}
	info, err := os.Stat(c.file)
	if err != nil {
		wrong.add(c.file, "the configuration file has gone", "put it back")
		return
	}
	if info.Mode().Perm()&0o022 != 0 {
		wrong.add(c.file, "other accounts may change the configuration file", "run: chmod go-w "+c.file)
	}
	if info.Mode().Perm()&0o004 != 0 && c.fileHoldsSecret() {
		wrong.add(c.file, "every account may read this file, and it holds a password", "run: chmod o-r "+c.file)
	}
}

// fileHoldsSecret reports a password in the file itself, whether or not the
// environment has replaced it since.
func (c *Config) fileHoldsSecret() bool {
	written := &Config{}
	if len(written.readFile(c.file)) > 0 {
		return true // it has changed since it was read: judged as the worse case
	}
	return hasPassword(written.Database.URL) || hasPassword(written.Database.MigrateURL)
}

// checkSecretFile refuses a secret that is missing, empty, readable by everybody
// or writable by others. Its group may read it: service managers hand secrets
// over that way.
func checkSecretFile(wrong *Reasons, setting, path string) (Secret, bool) {
	info, err := os.Stat(path)
	if err != nil {
		wrong.add(setting, "the file "+path+" cannot be reached: "+plainly(err), "create it, readable by this account alone")
		return Secret{}, false
	}
	if info.Mode().Perm()&0o027 != 0 {
		wrong.add(setting, "other accounts may open "+path, "run: chmod 600 "+path)
		return Secret{}, false
	}
	s, err := readSecret(path)
	if err != nil {
		wrong.add(setting, "the file "+path+" cannot be read: "+plainly(err), "check that this account may read it and that it holds one line")
		return Secret{}, false
	}
	if s.Empty() {
		wrong.add(setting, "the file "+path+" is empty", "write the secret into it")
		return Secret{}, false
	}
	return s, true
}

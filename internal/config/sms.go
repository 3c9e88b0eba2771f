package config

import (
	"net/url"
	"strings"

	"cenacle/internal/sms"
)

// SMS is the provider of short messages, to which codes for mobile telephones are handed;
// without URL every code goes by mail. See [Config.Texts] and package sms for what stands in
// the braces.
type SMS struct {
	URL        string `toml:"url"`     // where one POST sends one message; http only into outbound.allow
	Type       string `toml:"type"`    // of the body: json, form
	Body       string `toml:"body"`    // with {to} or {digits}, {text}, and perhaps {from} and {secret}
	From       string `toml:"from"`    // who sends, as the provider knows it
	Headers    string `toml:"headers"` // "Name: value", one a line, with {secret}
	SecretFile string `toml:"secret_file"`
	Secret     Secret `toml:"-" env:"secret"` // CENACLE_SMS_SECRET only
}

// Texts is the provider of short messages with its secret; nil where there is none.
func (c *Config) Texts() (*sms.Provider, error) {
	s := c.SMS
	if s.URL == "" {
		return nil, nil
	}
	secret, err := either(s.Secret, s.SecretFile)
	if err != nil {
		return nil, err
	}
	lines := strings.FieldsFunc(s.Headers, func(r rune) bool { return r == '\n' || r == '\r' })
	return &sms.Provider{URL: s.URL, Type: s.Type, Body: s.Body, From: s.From, Headers: lines, Secret: secret.text}, nil
}

func (c *Config) checkSMS(wrong *Reasons) {
	s := c.SMS
	if s.URL == "" {
		if s != (SMS{Type: s.Type}) {
			wrong.add("sms.url", "a provider of short messages is described without an address", "set sms.url, or remove the rest")
		}
		return
	}
	u, err := url.Parse(s.URL)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.Scheme != "https" && (u.Scheme != "http" || len(c.Outbound.Allow) == 0) {
		wrong.add("sms.url", "this is no https address", "write where the provider takes messages; http only leads into outbound.allow")
	}
	switch {
	case !s.Secret.Empty() && s.SecretFile != "":
		wrong.add("sms.secret_file", "the secret is given twice", "keep the file or "+variableOf("sms.secret")+", not both")
		return
	case s.SecretFile != "":
		if _, ok := checkSecretFile(wrong, "sms.secret_file", s.SecretFile); !ok {
			return
		}
	}
	c.checkTexts(wrong)
}

// checkTexts has package sms look at what it is given.
func (c *Config) checkTexts(wrong *Reasons) {
	p, err := c.Texts()
	if err != nil {
		wrong.add("sms.secret_file", "the secret cannot be read: "+plainly(err), "check that this account may read it")
		return
	}
	switch p.Check() {
	case sms.ErrType:
		wrong.add("sms.type", "there is no such type of body", `write "json" or "form"`)
	case sms.ErrBody:
		wrong.add("sms.body", "this is no body of that type with the number and the text in it", `write for example {"to":"{to}","text":"{text}"}, or to={digits}&text={text}`)
	case sms.ErrHeader:
		wrong.add("sms.headers", "one line is no header", `write for example "Authorization: Bearer {secret}"`)
	}
	if !strings.Contains(c.SMS.Headers+c.SMS.Body, "{secret}") && p.Secret != "" {
		wrong.add("sms.headers", "a secret is given but not used", "write {secret} where the provider wants it, or remove the secret")
	}
}

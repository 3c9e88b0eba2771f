package config

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// S3 is who we are for a storage: the one that blobs names, or the one of backups.
type S3 struct {
	AccessKey     string `toml:"access_key"`
	SecretKeyFile string `toml:"secret_key_file"`
	SecretKey     Secret `toml:"-" env:"secret_key"` // CENACLE_S3_SECRET_KEY only
}

// Storage is where blobs lie. The zero Storage is the data folder.
type Storage struct {
	Bucket    string
	Prefix    string
	Endpoint  string // host, and port unless it is the usual one
	Insecure  bool   // http
	Region    string
	PathStyle bool
	AccessKey string
	SecretKey Secret
}

// Remote reports blobs that do not lie in the data folder.
func (s Storage) Remote() bool { return s.Bucket != "" }

// largestObject is the largest file that a storage takes in ten thousand parts.
const largestObject = 48 << 30

// usualRegion is what storages without regions call theirs.
const usualRegion = "us-east-1"

// Storage reads where blobs lie, and the secret key.
func (c *Config) Storage() (Storage, error) {
	if c.Blobs == "" {
		return Storage{}, nil
	}
	s, err := parseStorage("blobs", c.Blobs)
	if err != nil {
		return Storage{}, fmt.Errorf("config: %w", err)
	}
	s.AccessKey = c.S3.AccessKey
	s.SecretKey, err = either(c.S3.SecretKey, c.S3.SecretKeyFile)
	return s, err
}

// Shelf reads the address of a storage for backups, s3://…, and our account there:
// that of backup, or else the one of s3. A place among the documents is refused.
func (c *Config) Shelf(address string) (Storage, error) {
	s, err := parseStorage("backup", address)
	if err != nil {
		return s, err
	}
	blobs, err := c.Storage()
	if err != nil {
		return s, err
	}
	if blobs.Bucket == s.Bucket && blobs.Endpoint == s.Endpoint && (within(s.Prefix, blobs.Prefix) || within(blobs.Prefix, s.Prefix)) {
		return s, Reason{"backup", "this is where the documents lie", "name another bucket, on another storage if you can, or a prefix beside theirs"}
	}
	account := c.Backup
	if account.AccessKey == "" {
		account = c.S3
	}
	if account.AccessKey == "" {
		return s, Reason{"backup.access_key", "the storage of backups does not know who we are", "write the access key of an account of its own"}
	}
	s.AccessKey = account.AccessKey
	s.SecretKey, err = either(account.SecretKey, account.SecretKeyFile)
	return s, err
}

// within reports a folder that is another one, or in it.
func within(inner, outer string) bool {
	return outer == "" || inner == outer || strings.HasPrefix(inner, outer+"/")
}

// Upload is the most bytes that one file may have: limit.upload, or less where
// the storage takes less.
func (c *Config) Upload() int64 {
	if c.Blobs == "" {
		return int64(c.Limit.Upload)
	}
	return min(int64(c.Limit.Upload), largestObject)
}

// bucketName is how buckets may be called everywhere.
var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// parseStorage reads s3://bucket/prefix?endpoint=…&region=…&path_style=…
func parseStorage(setting, text string) (s Storage, err error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "s3" || u.Opaque != "" || u.Fragment != "" {
		return s, Reason{setting, "this is no S3 address", storageForm}
	}
	if u.User != nil {
		return s, Reason{setting, "the address holds a key", "name the account in the configuration and its secret in a file"}
	}
	if !bucketName.MatchString(u.Host) || strings.Contains(u.Host, "..") {
		return s, Reason{setting, "the address names no bucket", storageForm}
	}
	s = Storage{Bucket: u.Host, Prefix: strings.Trim(u.Path, "/"), Region: usualRegion}
	if slices.ContainsFunc(strings.Split(s.Prefix, "/"), func(part string) bool { return part == "." || part == ".." || part == "" && s.Prefix != "" }) {
		return s, Reason{setting, "the prefix is no plain path", storageForm}
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return s, Reason{setting, "what follows the question mark cannot be read", storageForm}
	}
	for name, values := range query {
		if !slices.Contains([]string{"endpoint", "region", "path_style"}, name) || len(values) != 1 || values[0] == "" {
			return s, Reason{setting, "the address says something unknown, nothing, or twice the same after its question mark", storageForm}
		}
	}
	if query.Has("region") {
		s.Region = query.Get("region")
	}
	return s.at(setting, query)
}

const storageForm = `write for example "s3://bucket/prefix?endpoint=s3.example.org&region=eu-west-3&path_style=true"`

// at reads the endpoint; without one, it is Amazon's of the region.
func (s Storage) at(setting string, query url.Values) (Storage, error) {
	s.Endpoint = "s3." + s.Region + ".amazonaws.com"
	if text := query.Get("endpoint"); text != "" {
		if !strings.Contains(text, "://") {
			text = "https://" + text
		}
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
			return s, Reason{setting, "the endpoint is no host with a port", storageForm}
		}
		s.Endpoint, s.Insecure, s.PathStyle = u.Host, u.Scheme == "http", true
		if s.Insecure && !loopbackHost(u.Hostname()) {
			return s, Reason{setting, "requests would cross the network unencrypted", "write https:// before the endpoint"}
		}
	}
	if query.Has("path_style") {
		var err error
		if s.PathStyle, err = strconv.ParseBool(query.Get("path_style")); err != nil {
			return s, Reason{setting, "path_style is neither true nor false", storageForm}
		}
	}
	return s, nil
}

func (c *Config) checkStorage(wrong *Reasons) {
	if c.Backup.given() {
		c.Backup.check(wrong, "backup")
	}
	if c.Blobs == "" {
		if c.S3.given() {
			wrong.add("blobs", "an account of a storage is given without the storage", "set blobs, or remove the account")
		}
		return
	}
	if _, err := parseStorage("blobs", c.Blobs); err != nil {
		reason, _ := err.(Reason)
		wrong.add(reason.Setting, reason.Wrong, reason.Do)
	}
	c.S3.check(wrong, "s3")
}

// given reports that anything is said of an account.
func (a S3) given() bool { return a.AccessKey != "" || a.secret() }

func (a S3) secret() bool { return !a.SecretKey.Empty() || a.SecretKeyFile != "" }

func (a S3) check(wrong *Reasons, section string) {
	if a.AccessKey == "" {
		wrong.add(section+".access_key", "the storage does not know who we are", "write the access key of an account of its own")
	}
	switch file := section + ".secret_key_file"; {
	case !a.SecretKey.Empty() && a.SecretKeyFile != "":
		wrong.add(file, "the secret key is given twice", "keep the file or "+variableOf(section+".secret_key")+", not both")
	case !a.secret():
		wrong.add(file, "an account is given without its secret key", "name the file that holds it")
	case a.SecretKeyFile != "":
		_, _ = checkSecretFile(wrong, file, a.SecretKeyFile) // its reasons are all we want
	}
}

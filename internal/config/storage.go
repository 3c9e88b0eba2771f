package config

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// S3 is who we are for the storage that blobs names.
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
	s, err := parseStorage(c.Blobs)
	if err != nil {
		return Storage{}, fmt.Errorf("config: blobs: %w", err)
	}
	s.AccessKey = c.S3.AccessKey
	s.SecretKey, err = either(c.S3.SecretKey, c.S3.SecretKeyFile)
	return s, err
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
func parseStorage(text string) (s Storage, err error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "s3" || u.Opaque != "" || u.Fragment != "" {
		return s, Reason{"blobs", "this is no S3 address", storageForm}
	}
	if u.User != nil {
		return s, Reason{"blobs", "the address holds a key", "name the account in s3.access_key and its secret in s3.secret_key_file"}
	}
	if !bucketName.MatchString(u.Host) || strings.Contains(u.Host, "..") {
		return s, Reason{"blobs", "the address names no bucket", storageForm}
	}
	s = Storage{Bucket: u.Host, Prefix: strings.Trim(u.Path, "/"), Region: usualRegion}
	if slices.ContainsFunc(strings.Split(s.Prefix, "/"), func(part string) bool { return part == "." || part == ".." || part == "" && s.Prefix != "" }) {
		return s, Reason{"blobs", "the prefix is no plain path", storageForm}
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return s, Reason{"blobs", "what follows the question mark cannot be read", storageForm}
	}
	for name, values := range query {
		if !slices.Contains([]string{"endpoint", "region", "path_style"}, name) || len(values) != 1 || values[0] == "" {
			return s, Reason{"blobs", "the address says something unknown, nothing, or twice the same after its question mark", storageForm}
		}
	}
	if query.Has("region") {
		s.Region = query.Get("region")
	}
	return s.at(query)
}

const storageForm = `write for example "s3://bucket/prefix?endpoint=s3.example.org&region=eu-west-3&path_style=true"`

// at reads the endpoint; without one, it is Amazon's of the region.
func (s Storage) at(query url.Values) (Storage, error) {
	s.Endpoint = "s3." + s.Region + ".amazonaws.com"
	if text := query.Get("endpoint"); text != "" {
		if !strings.Contains(text, "://") {
			text = "https://" + text
		}
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
			return s, Reason{"blobs", "the endpoint is no host with a port", storageForm}
		}
		s.Endpoint, s.Insecure, s.PathStyle = u.Host, u.Scheme == "http", true
		if s.Insecure && !loopbackHost(u.Hostname()) {
			return s, Reason{"blobs", "requests would cross the network unencrypted", "write https:// before the endpoint"}
		}
	}
	if query.Has("path_style") {
		var err error
		if s.PathStyle, err = strconv.ParseBool(query.Get("path_style")); err != nil {
			return s, Reason{"blobs", "path_style is neither true nor false", storageForm}
		}
	}
	return s, nil
}

func (c *Config) checkStorage(wrong *Reasons) {
	given := !c.S3.SecretKey.Empty() || c.S3.SecretKeyFile != ""
	if c.Blobs == "" {
		if c.S3.AccessKey != "" || given {
			wrong.add("blobs", "an account of a storage is given without the storage", "set blobs, or remove the account")
		}
		return
	}
	if _, err := parseStorage(c.Blobs); err != nil {
		reason, _ := err.(Reason)
		wrong.add(reason.Setting, reason.Wrong, reason.Do)
	}
	if c.S3.AccessKey == "" {
		wrong.add("s3.access_key", "the storage does not know who we are", "write the access key of an account of its own")
	}
	switch {
	case !c.S3.SecretKey.Empty() && c.S3.SecretKeyFile != "":
		wrong.add("s3.secret_key_file", "the secret key is given twice", "keep the file or "+variableOf("s3.secret_key")+", not both")
	case !given:
		wrong.add("s3.secret_key_file", "an account is given without its secret key", "name the file that holds it")
	case c.S3.SecretKeyFile != "":
		_, _ = checkSecretFile(wrong, "s3.secret_key_file", c.S3.SecretKeyFile) // its reasons are all we want
	}
}

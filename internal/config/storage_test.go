package config

import (
	"strings"
	"testing"
)

func TestStorage(t *testing.T) {
	for text, want := range map[string]Storage{
		"s3://bucket": {Bucket: "bucket", Endpoint: "s3.us-east-1.amazonaws.com", Region: "us-east-1"},
		"s3://bucket?region=eu-west-3&path_style=1": {Bucket: "bucket", Endpoint: "s3.eu-west-3.amazonaws.com", Region: "eu-west-3", PathStyle: true},
		"s3://b.c-d/a/b/?endpoint=s3.example.org":   {Bucket: "b.c-d", Prefix: "a/b", Endpoint: "s3.example.org", Region: "us-east-1", PathStyle: true},
		"s3://bucket?endpoint=https://s3.example.org:9000&path_style=false": {
			Bucket: "bucket", Endpoint: "s3.example.org:9000", Region: "us-east-1",
		},
		"s3://bucket?endpoint=http://127.0.0.1:7070": {Bucket: "bucket", Endpoint: "127.0.0.1:7070", Insecure: true, Region: "us-east-1", PathStyle: true},
		"s3://bucket?endpoint=http://[::1]:7070":     {Bucket: "bucket", Endpoint: "[::1]:7070", Insecure: true, Region: "us-east-1", PathStyle: true},
	} {
		c := Default()
		c.Blobs, c.S3 = text, S3{AccessKey: "key", SecretKey: Secret{"secret"}}
		want.AccessKey, want.SecretKey = "key", Secret{"secret"}
		if err := c.Validate().Err(); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if got, err := c.Storage(); err != nil || got != want || !got.Remote() {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	if s, err := Default().Storage(); err != nil || s.Remote() {
		t.Errorf("without blobs: %+v, %v", s, err)
	}
}

// Backups have an account of their own, or that of the documents, and no place
// among these.
func TestShelf(t *testing.T) {
	c := Default()
	if _, err := c.Shelf("s3://copies"); err == nil || !strings.Contains(err.Error(), "backup.access_key") {
		t.Errorf("without an account: %v", err)
	}
	c.Blobs, c.S3 = "s3://bucket/in/here", S3{AccessKey: "key", SecretKey: Secret{"secret"}}
	if s, err := c.Shelf("s3://copies/a"); err != nil || s.AccessKey != "key" || s.Bucket != "copies" || s.Prefix != "a" {
		t.Errorf("with that of the documents: %+v, %v", s, err)
	}
	c.Backup = S3{AccessKey: "other", SecretKey: Secret{"secret"}}
	if err := c.Validate().Err(); err != nil {
		t.Error(err)
	}
	if s, err := c.Shelf("s3://bucket/in/hereafter"); err != nil || s.AccessKey != "other" {
		t.Errorf("beside them: %+v, %v", s, err)
	}
	for _, address := range []string{"s3://bucket", "s3://bucket/in", "s3://bucket/in/here", "s3://bucket/in/here/copies"} {
		if _, err := c.Shelf(address); err == nil || !strings.Contains(err.Error(), "where the documents lie") {
			t.Errorf("%s: %v", address, err)
		}
	}
	if _, err := c.Shelf("s3://bucket/in?endpoint=s3.example.org"); err != nil {
		t.Errorf("a bucket of that name elsewhere: %v", err)
	}
	if _, err := c.Shelf("gs://copies"); err == nil {
		t.Error("another kind of storage was taken")
	}
}

func TestStorageBoundsUploads(t *testing.T) {
	c := Default()
	if c.Upload() != 100e9 {
		t.Errorf("in the data folder: %d", c.Upload())
	}
	c.Blobs = "s3://bucket"
	if c.Upload() != 48<<30 {
		t.Errorf("on S3: %d", c.Upload())
	}
	c.Limit.Upload = 5
	if c.Upload() != 5 {
		t.Errorf("on S3, less: %d", c.Upload())
	}
}

func TestStorageIsRead(t *testing.T) {
	const canary = "CANARY-51f0"
	c, err := load(t, "blobs = \"s3://bucket?endpoint=s3.example.org\"\n[s3]\naccess_key = \"key\"\n", "CENACLE_S3_SECRET_KEY="+canary)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Validate().Err(); err != nil {
		t.Error(err)
	}
	s, err := c.Storage()
	if err != nil || s.SecretKey.Reveal() != canary || s.AccessKey != "key" {
		t.Errorf("%+v, %v", s, err)
	}
	dump, err := c.Dump()
	if err != nil || strings.Contains(dump, canary) || !strings.Contains(dump, "s3://bucket?endpoint=s3.example.org") {
		t.Errorf("%v\n%s", err, dump)
	}
	for _, name := range []string{"s3.secret_key"} {
		if err := Default().Set(name, canary); err == nil {
			t.Errorf("Set(%s) was accepted", name)
		}
	}
}

// An installation whose rows and bytes lie elsewhere is known by its key.
func TestFirstStart(t *testing.T) {
	b := bench{t, t.TempDir()}
	c := Default()
	c.Data = b.dir
	c.Database.URL = Secret{"postgres://a@localhost/b"}
	if !c.FirstStart() {
		t.Error("an empty folder was started in")
	}
	b.file("root.key", "key", 0o600)
	if c.FirstStart() {
		t.Error("a key stands there, and nothing was started")
	}
	if c.Database.URL = (Secret{}); !c.FirstStart() {
		t.Error("a key that the operator has put there makes an embedded installation")
	}
}

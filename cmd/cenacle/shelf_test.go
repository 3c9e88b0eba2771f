package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cenacle/internal/blob/s3/s3test"
)

// TestBackupToABucket takes a demonstration to another machine through a storage
// that has its own account.
func TestBackupToABucket(t *testing.T) {
	data, there := t.TempDir(), filepath.Join(t.TempDir(), "data")
	if err := typing("").run(t, "demo", "--data", data); err != nil {
		t.Fatal(err)
	}
	c := s3test.Config(t)
	account := []string{"CENACLE_BACKUP_ACCESS_KEY=" + c.AccessKey, "CENACLE_BACKUP_SECRET_KEY=" + c.SecretKey}
	address := s3test.Address(c)
	for range 2 { // it can be run again
		cmd := typing("", account...)
		if err := cmd.run(t, "backup", "--data", data, "--to", address, "--keep", "3"); err != nil || !strings.Contains(cmd.out.String(), "is complete: 1 firms") {
			t.Fatalf("%v, %s", err, cmd.out)
		}
	}
	if _, err := os.Stat(filepath.Join(data, "backup")); err == nil {
		t.Error("the databases were left beside the data")
	}
	cmd := typing("", account...)
	if err := cmd.run(t, "backup", "verify", "--from", address); err != nil || !strings.Contains(cmd.out.String(), "holds: every byte") {
		t.Errorf("verifying it: %v, %s", err, cmd.out)
	}
	cmd = typing("", account...)
	if err := cmd.run(t, "doctor", "--data", data, "--backup", address); !strings.Contains(cmd.out.String(), "Backup – the last one is") {
		t.Errorf("the doctor: %v, %s", err, cmd.out)
	}
	key, err := os.ReadFile(filepath.Join(data, "root.key"))
	if err = errors.Join(err, os.Mkdir(there, 0o700), os.WriteFile(filepath.Join(there, "root.key"), key, 0o600)); err != nil {
		t.Fatal(err)
	}
	cmd = typing("", account...)
	if err := cmd.run(t, "restore", "--from", address, "--data", there); err != nil || !strings.Contains(cmd.out.String(), "is restored: 1 firms") {
		t.Fatalf("restoring it: %v, %s", err, cmd.out)
	}
	cmd = typing("")
	if err := cmd.run(t, "journal", "verify", "--data", there); err != nil || !strings.Contains(cmd.out.String(), "holds") {
		t.Errorf("the journal restored: %v, %s", err, cmd.out)
	}
}

func TestBackupToABucketRefuses(t *testing.T) {
	data := t.TempDir()
	if err := typing("").run(t, "demo", "--data", data); err != nil {
		t.Fatal(err)
	}
	c := s3test.Config(t)
	address := s3test.Address(c)
	account := func(key, secret string) []string {
		return []string{"CENACLE_BACKUP_ACCESS_KEY=" + key, "CENACLE_BACKUP_SECRET_KEY=" + secret}
	}
	right := account(c.AccessKey, c.SecretKey)
	among := append(account(c.AccessKey, c.SecretKey),
		"CENACLE_BLOBS="+address, "CENACLE_S3_ACCESS_KEY="+c.AccessKey, "CENACLE_S3_SECRET_KEY="+c.SecretKey)
	for name, tt := range map[string]struct {
		environ []string
		args    []string
		says    string
	}{
		"no account":          {nil, []string{"backup", "--data", data, "--to", address}, "does not know who we are"},
		"half an account":     {account(c.AccessKey, ""), []string{"backup", "--data", data, "--to", address}, "without its secret key"},
		"another secret":      {account(c.AccessKey, "guessed"), []string{"backup", "--data", data, "--to", address}, "not the one of the access key"},
		"no bucket":           {right, []string{"backup", "--data", data, "--to", strings.Replace(address, c.Bucket, "nowhere-to-be-found", 1)}, "no such bucket"},
		"no address":          {right, []string{"backup", "--data", data, "--to", "s3:bucket"}, "no S3 address"},
		"a slip":              {right, []string{"backup", "--data", data, "--to", address + "&storage_class=x"}, "something unknown"},
		"among the documents": {among, []string{"backup", "--data", data, "--to", strings.Replace(address, c.Prefix, c.Prefix+"/backups", 1)}, "where the documents lie"},
		"above the documents": {among, []string{"backup", "--data", data, "--to", strings.Replace(address, c.Prefix, "some", 1)}, "where the documents lie"},
		"nothing there":       {right, []string{"restore", "--data", filepath.Join(t.TempDir(), "new"), "--from", address}, "no complete backup"},
		"nothing to verify":   {right, []string{"backup", "verify", "--from", address}, "no complete backup"},
	} {
		cmd := typing("", tt.environ...)
		if err := cmd.run(t, tt.args...); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The last of them that got so far has opened its documents there.
	if err := typing("", right...).run(t, "backup", "--data", data, "--to", address); err == nil || !strings.Contains(err.Error(), "has its documents here") {
		t.Errorf("where others have their documents: %v", err)
	}
}

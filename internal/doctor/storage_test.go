package doctor

import (
	"testing"
	"time"

	"cenacle/internal/blob/s3/s3test"
)

// An installation whose storage is asked is examined with what it answers.
func TestStorage(t *testing.T) {
	c := s3test.Config(t)
	p := newPatient(t)
	p.Config.Blobs = s3test.Address(c)
	p.Config.S3.AccessKey = c.AccessKey
	p.must(p.Config.S3.SecretKey.UnmarshalText([]byte(c.SecretKey)))
	p.exec(p.file(), "update version set created_at = created_at - 3600000000")
	p.examine("documents_missing") // they lie in the folder still
	p.must(p.Config.S3.SecretKey.UnmarshalText([]byte("CANARY-wrong")))
	p.examine("storage_refused", "documents_unreachable")

	p = newPatient(t)
	p.Config.Blobs, p.Config.S3.AccessKey = s3test.Address(c), c.AccessKey
	p.must(p.Config.S3.SecretKey.UnmarshalText([]byte(c.SecretKey)))
	p.Options.Clock = func() time.Time { return time.Now().Add(-2 * time.Minute) }
	p.examine("clock_folder", "clock_storage", "clock_behind")
}

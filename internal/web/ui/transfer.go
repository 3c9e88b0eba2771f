package ui

import "time"

// Upload is a form that sends files. Without a script it is one plain POST;
// with one, files go in pieces that survive a cut, each with its progress, and
// may be dropped on the page. Template "upload".
type Upload struct {
	ID       string
	Action   string // where the plain form is posted
	Endpoint string // of the resumable protocol (tus 1.0); empty: the plain form only
	Name     string // of the file field
	Title    string
	Hint     string
	Camera   bool // offer the camera on phones
	Most     int64
	Import   string // where a folder is looked at before it is filed; empty: its files are taken one by one
	Regions  string // ids to refresh when a file has arrived, separated by spaces
	Circles  *Circles
	Hidden   []Hidden // sent with the form, and as metadata of each resumable upload
	Waiting  []Transfer
	Error    string
	Slim     bool   // stands in a line of a list: no icon, no title of its own
	Accept   string // media types to choose from, or empty
}

// TransferState is where one file's sending stands.
type TransferState string

// The states of a transfer; they are also the values of data-state in the page.
const (
	Queued  TransferState = "queued"
	Sending TransferState = "sending"
	Paused  TransferState = "paused"
	Resumed TransferState = "resumed" // under way again after a cut
	Cut     TransferState = "cut"     // waiting for the network
	Broken  TransferState = "failed"
	Arrived TransferState = "done"
	Halfway TransferState = "halfway" // begun earlier; the same file must be chosen again
)

// Transfer is one file under way. Template "transfer".
type Transfer struct {
	Name      string
	Address   string // of the upload, once the server knows it
	State     TransferState
	Sent      int64 // bytes
	Size      int64
	Speed     int64 // bytes a second, 0: unknown
	Remaining time.Duration
	SHA256    string // once arrived
	Reason    string // once failed
}

// Percent is the whole part of what is sent, 0 to 100.
func (t Transfer) Percent() int { return Progress{Done: t.Sent, Total: t.Size}.Percent() }

// Moving reports whether bytes are on their way.
func (t Transfer) Moving() bool { return t.State == Sending || t.State == Resumed }

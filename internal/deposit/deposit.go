// Package deposit gathers what a client brings: one session of uploads, opened
// by her first document, closed by « J'ai terminé » and answered by one
// numbered receipt, which proves what the firm received without the firm.
//
// It refuses a second receipt for a deposit and a receipt for nothing, and it
// never asks the firm to look twice: a deposit makes one notice, when it is
// closed. One that is left open for a day is closed by itself, so that the firm
// is told.
//
// Start at [Attach], which opens deposits, and [Service.Close].
package deposit

import (
	"time"

	"cenacle/internal/document"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/vault"
)

// Deposit is one session of uploads. Before her first document a person has
// none open: its ID is empty then.
type Deposit struct {
	ID         id.Deposit
	Space      id.Space
	Person     id.Person
	PersonName string
	Opened     time.Time
	Closed     time.Time  // zero: open
	Receipt    id.Receipt // empty while it is open
	Number     int64      // of the receipt
	Count      int        // documents the firm has
	Size       int64      // bytes of all of them
	// The rest is given for one deposit, not in a list.
	Items   []document.Deposited // oldest first
	Pending []document.Upload    // unfinished uploads of an open deposit
}

// Receipt is the answer to a closed deposit.
type Receipt struct {
	ID      id.Receipt
	Space   id.Space
	Person  id.Person
	Deposit id.Deposit
	Number  int64 // of this space's deposits, from 1
	Entry   id.Entry
	Closed  time.Time // when the deposit was closed
}

// ReceiptView is a receipt with what it says, in the names of its day, and the
// root of the signed journal that holds its entry: whoever keeps the sheet is a
// witness of the whole journal.
type ReceiptView struct {
	Receipt
	Contents journal.Contents
	Root     [32]byte
	// Screened is what is known today of the bytes of each document, by their
	// SHA-256; empty where no scanner was there.
	Screened map[[32]byte]document.Screening
	Answered []Answered // what was asked of the depositor and this deposit answered
}

// Answered is a request that a document of a deposit answers, by its name.
type Answered struct {
	Document id.Item
	File     string // as the receipt calls it
	Request  string
}

// Finish is « J'ai terminé ». With Deposit set, one that is closed already
// answers with its receipt, so that a second tap does no harm; empty is the
// open one. LeavePending says that unfinished uploads go to the next deposit.
type Finish struct {
	Space        id.Space
	Deposit      id.Deposit
	LeavePending bool
}

// quiet is how long a deposit stays open without anything happening.
const quiet = 24 * time.Hour

// Jobs of deposits.
const (
	LapseJob  = "deposit.lapse"  // payload [Lapse]
	NoticeJob = "notice.deposit" // payload [Notice]
)

// Lapse asks to close a deposit that was left open.
type Lapse struct {
	Space   id.Space
	Person  id.Person
	Deposit id.Deposit
}

// Notice asks to tell one lawyer of a closed deposit. Her right is decided
// again when the mail is composed.
type Notice struct {
	Space   id.Space
	Person  id.Person
	Deposit id.Deposit
}

func statementPlace(r id.Receipt) vault.Place {
	return vault.Place{Table: "receipt", Column: "statement", Row: string(r)}
}

package api

import (
	"encoding/hex"
	"net/http"
	"strconv"

	"cenacle/internal/deposit"
	"cenacle/internal/front"
	"cenacle/internal/id"
	"cenacle/internal/journal"
)

// Deposit is one session of a client’s uploads.
type Deposit struct {
	ID      id.Deposit      `json:"id,omitempty" doc:"absent before her first document"`
	Person  id.Person       `json:"person,omitempty"`
	Name    string          `json:"person_name,omitempty"`
	Opened  Instant         `json:"opened_at,omitzero"`
	Closed  Instant         `json:"closed_at,omitzero" doc:"absent while it is open"`
	Receipt id.Receipt      `json:"receipt,omitempty"`
	Number  int64           `json:"number,omitempty" doc:"of the receipt"`
	Count   int             `json:"count" doc:"documents the firm has"`
	Size    int64           `json:"size" doc:"bytes of all of them"`
	Items   []DepositedItem `json:"items,omitempty" doc:"the oldest first; given for one deposit, not in a list"`
	Pending int             `json:"pending,omitempty" doc:"unfinished uploads; given for one deposit"`
}

// DepositedItem is one document of a deposit.
type DepositedItem struct {
	Document id.Item `json:"document"`
	Name     string  `json:"name"`
	Size     int64   `json:"size" doc:"bytes"`
	Media    string  `json:"media"`
	SHA256   string  `json:"sha256" doc:"of the bytes, lower-case hexadecimal"`
	At       Instant `json:"deposited_at"`
	Deleted  bool    `json:"deleted,omitempty" doc:"the firm has taken it away since"`
}

func depositOf(d deposit.Deposit) Deposit {
	out := Deposit{
		ID: d.ID, Person: d.Person, Name: d.PersonName, Opened: Instant(d.Opened), Closed: Instant(d.Closed), Receipt: d.Receipt,
		Number: d.Number, Count: d.Count, Size: d.Size, Pending: len(d.Pending),
	}
	for _, it := range d.Items {
		out.Items = append(out.Items, DepositedItem{
			it.Document, it.Name, it.Size, it.Media, hex.EncodeToString(it.SHA256[:]), Instant(it.At), it.Deleted,
		})
	}
	return out
}

// Deposits is a page of the deposits of a space, the newest first.
type Deposits struct {
	Deposits []Deposit `json:"deposits"`
	Next     string    `json:"next,omitempty" doc:"cursor of the next page; absent on the last"`
}

func (n *Nouns) deposits(r *Request, in SpacePage) (Deposits, error) {
	var after id.Deposit
	if err := r.resume(in.Cursor, &after); err != nil {
		return Deposits{}, err
	}
	found, err := n.Deposits.List(r.Context(), r.Actor, deposit.Query{Space: in.Space, After: after, Limit: in.most() + 1})
	if err != nil {
		return Deposits{}, err
	}
	found, next, err := page(r, found, in.most(), func(d deposit.Deposit) id.Deposit { return d.ID })
	out := Deposits{Deposits: make([]Deposit, len(found)), Next: next}
	for i, d := range found {
		out.Deposits[i] = depositOf(d)
	}
	return out, err
}

func (n *Nouns) openDeposit(r *Request, in InSpace) (Deposit, error) {
	d, err := n.Deposits.Open(r.Context(), r.Actor, in.Space)
	return depositOf(d), err
}

// InDeposit names a deposit in the path.
type InDeposit struct {
	InSpace
	Deposit id.Deposit `path:"deposit"`
}

func (n *Nouns) deposit(r *Request, in InDeposit) (Deposit, error) {
	d, err := n.Deposits.Show(r.Context(), r.Actor, in.Space, in.Deposit)
	return depositOf(d), err
}

// Finish closes a deposit.
type Finish struct {
	InSpace
	Deposit id.Deposit `json:"deposit,omitempty" doc:"one that is closed already answers with its receipt; the open one by default"`
	Leave   bool       `json:"leave_pending,omitempty" doc:"unfinished uploads go to the next deposit; without it they are a conflict"`
}

// Receipt is the answer to a closed deposit.
type Receipt struct {
	ID      id.Receipt `json:"id"`
	Space   id.Space   `json:"space"`
	Person  id.Person  `json:"person"`
	Deposit id.Deposit `json:"deposit"`
	Number  int64      `json:"number" doc:"of this space’s deposits, from 1"`
	Entry   id.Entry   `json:"entry" doc:"of the journal"`
	Closed  Instant    `json:"closed_at"`
}

func receiptOf(d deposit.Receipt) Receipt {
	return Receipt{d.ID, d.Space, d.Person, d.Deposit, d.Number, d.Entry, Instant(d.Closed)}
}

func (n *Nouns) closeDeposit(r *Request, in Finish) (Receipt, error) {
	d, err := n.Deposits.Close(r.Context(), r.Actor, deposit.Finish{Space: in.Space, Deposit: in.Deposit, LeavePending: in.Leave})
	if err == nil {
		r.At("receipts", string(d.ID))
	}
	return receiptOf(d), err
}

func (n *Nouns) closedDeposit(r *Request, in Finish, of string) (Receipt, error) {
	in.Deposit = id.Deposit(of)
	return n.closeDeposit(r, in)
}

// Receipts is the last 200 receipts of a space, the oldest first.
type Receipts struct {
	Receipts []Receipt `json:"receipts"`
}

func (n *Nouns) receipts(r *Request, in InSpace) (Receipts, error) {
	found, err := n.Deposits.Receipts(r.Context(), r.Actor, in.Space)
	out := Receipts{Receipts: make([]Receipt, len(found))}
	for i, d := range found {
		out.Receipts[i] = receiptOf(d)
	}
	return out, err
}

// InReceipt names a receipt in the path.
type InReceipt struct {
	Receipt id.Receipt `path:"receipt"`
}

// Sheet is a receipt with what it says, in the names of its day.
type Sheet struct {
	Receipt
	Firm   string          `json:"firm_name"`
	Name   string          `json:"person_name"`
	Opened Instant         `json:"opened_at"`
	Items  []DepositedLine `json:"items"`
	Asked  []AnsweredLine  `json:"answers" doc:"what was asked of the depositor and this deposit answered"`
	Root   string          `json:"root" doc:"of the signed journal that holds its entry, lower-case hexadecimal"`
}

// AnsweredLine is a request that a document of the deposit answers.
type AnsweredLine struct {
	Document id.Item `json:"document"`
	File     string  `json:"file" doc:"as the receipt calls it"`
	Request  string  `json:"request" doc:"the name of the paper that was asked for"`
}

// DepositedLine is one line of a receipt.
type DepositedLine struct {
	Name   string  `json:"name"`
	Size   int64   `json:"size" doc:"bytes"`
	SHA256 string  `json:"sha256"`
	Media  string  `json:"media"`
	At     Instant `json:"deposited_at"`
}

func (n *Nouns) receipt(r *Request, in InReceipt) (Sheet, error) {
	v, err := n.Deposits.Receipt(r.Context(), r.Actor, in.Receipt)
	if err != nil {
		return Sheet{}, err
	}
	out := Sheet{
		Receipt: receiptOf(v.Receipt), Firm: v.Contents.Firm, Name: v.Contents.Person, Opened: Instant(v.Contents.OpenedAt),
		Items: []DepositedLine{}, Asked: []AnsweredLine{}, Root: hex.EncodeToString(v.Root[:]),
	}
	for _, it := range v.Contents.Items {
		out.Items = append(out.Items, DepositedLine{it.Name, it.Size, hex.EncodeToString(it.SHA256[:]), it.Media, Instant(it.DepositedAt)})
	}
	for _, a := range v.Answered {
		out.Asked = append(out.Asked, AnsweredLine(a))
	}
	return out, nil
}

func (n *Nouns) receiptFile(r *Request, in InReceipt) (Stream, error) {
	raw, name, err := n.Deposits.ReceiptFile(r.Context(), r.Actor, in.Receipt)
	if err != nil {
		return nil, err
	}
	return func(w http.ResponseWriter, _ *Request) error {
		h := w.Header()
		h.Set("Content-Type", journal.ReceiptMedia)
		h.Set("Content-Disposition", front.Disposition("attachment", name))
		h.Set("Content-Length", strconv.Itoa(len(raw)))
		_, err := w.Write(raw)
		return front.Sent(err)
	}, nil
}

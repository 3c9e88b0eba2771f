package api

import (
	"cmp"
	"slices"

	"cenacle/internal/circle"
	"cenacle/internal/id"
	"cenacle/internal/notice"
)

// HoursChoice is at which hours one is mailed: whole hours, Europe/Paris.
type HoursChoice struct {
	Rhythm string `json:"rhythm" enum:"at_once daily" doc:"as it comes, or one mail a day"`
	Daily  int    `json:"daily" min:"0" max:"23" doc:"hour of the one mail of the day; of no use at_once" fault:"daily"`
	From   int    `json:"quiet_from" min:"0" max:"23" doc:"hour from which nothing leaves; of no use daily" fault:"from"`
	To     int    `json:"quiet_to" min:"0" max:"23" doc:"hour at which it leaves again; the same as quiet_from: there is none such" fault:"to"`
}

// NoticeHours is what one has decided about the mails that tell of something new.
type NoticeHours struct {
	HoursChoice
	Muted []MutedSpace `json:"muted" doc:"spaces of which one is mailed only what is expected of one"`
}

// MutedSpace is one of them.
type MutedSpace struct {
	Space id.Space `json:"space"`
	Since Instant  `json:"since"`
}

func (n *Nouns) noticeHours(r *Request, _ None) (NoticeHours, error) {
	s, err := n.Notices.Show(r.Context(), r.Actor)
	if err != nil {
		return NoticeHours{}, err
	}
	out := NoticeHours{HoursChoice: HoursChoice{Rhythm: "at_once", From: s.From, To: s.To}, Muted: []MutedSpace{}}
	if s.Daily != notice.AtOnce {
		out.Rhythm, out.Daily = "daily", s.Daily
	}
	for of, at := range s.Muted {
		out.Muted = append(out.Muted, MutedSpace{of, Instant(at)})
	}
	slices.SortFunc(out.Muted, func(x, y MutedSpace) int { return cmp.Compare(x.Space, y.Space) })
	return out, nil
}

func (n *Nouns) chooseHours(r *Request, in HoursChoice) (NoticeHours, error) {
	c := notice.Choice{Daily: notice.AtOnce, From: in.From, To: in.To}
	if in.Rhythm == "daily" {
		c.Daily = in.Daily
	}
	if err := n.Notices.Choose(r.Context(), r.Actor, c); err != nil {
		return NoticeHours{}, err
	}
	return n.noticeHours(r, None{})
}

func (n *Nouns) chosenHours(r *Request, _ HoursChoice, _ string) (NoticeHours, error) {
	return n.noticeHours(r, None{})
}

func (n *Nouns) muteSpace(r *Request, in InSpace) (None, error) {
	return None{}, n.Notices.Mute(r.Context(), r.Actor, in.Space)
}

func (n *Nouns) unmuteSpace(r *Request, in InSpace) (None, error) {
	return None{}, n.Notices.Unmute(r.Context(), r.Actor, in.Space)
}

// NoticeLevel is what mails of a space may say.
type NoticeLevel struct {
	InSpace
	Level string `json:"level" enum:"neutre titre piece_jointe"`
}

func (n *Nouns) tellSpace(r *Request, in NoticeLevel) (Room, error) {
	if err := n.Spaces.Tell(r.Context(), r.Actor, in.Space, circle.Level(in.Level)); err != nil {
		return Room{}, err
	}
	return n.space(r, in.InSpace)
}

func (n *Nouns) toldSpace(r *Request, in NoticeLevel, _ string) (Room, error) {
	return n.space(r, in.InSpace)
}

func (n *Nouns) retryMember(r *Request, in InMember) (None, error) {
	return None{}, n.Notices.Retry(r.Context(), r.Actor, in.Space, in.Person)
}

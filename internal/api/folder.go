package api

import (
	"cenacle/internal/id"
	"cenacle/internal/space"
)

// NewFolder is a folder about to be made.
type NewFolder struct {
	InSpace
	Tray   string    `json:"tray" enum:"firm client shared"`
	Parent id.Folder `json:"parent,omitempty" doc:"of the same tray; absent: the tray itself"`
	Name   string    `json:"name"`
}

func folderOf(f space.Folder) Folder {
	return Folder{f.ID, f.Matter, f.Parent, string(f.Tray), f.Name}
}

func (n *Nouns) addFolder(r *Request, in NewFolder) (Folder, error) {
	f, err := n.Spaces.AddFolder(r.Context(), r.Actor, space.NewFolder{Space: in.Space, Tray: space.Tray(in.Tray), Parent: in.Parent, Name: in.Name})
	if err == nil {
		r.At("folders", string(f.ID), "audience")
	}
	return folderOf(f), err
}

// addedFolder is one that was made before, as it is now; of one that is gone,
// only which it was.
func (n *Nouns) addedFolder(r *Request, in NewFolder, of string) (Folder, error) {
	room, err := n.Spaces.Show(r.Context(), r.Actor, in.Space)
	if err != nil {
		return Folder{}, err
	}
	for _, f := range room.Folders {
		if string(f.ID) == of {
			return folderOf(f), nil
		}
	}
	return Folder{ID: id.Folder(of)}, nil
}

// InFolder names a folder in the path.
type InFolder struct {
	Folder id.Folder `path:"folder"`
}

// MovedFolder changes what a folder is called and where it lies.
type MovedFolder struct {
	InFolder
	Name   string    `json:"name"`
	Parent id.Folder `json:"parent,omitempty" doc:"of its tray; absent: the tray itself"`
}

func (n *Nouns) moveFolder(r *Request, in MovedFolder) (None, error) {
	return None{}, n.Spaces.MoveFolder(r.Context(), r.Actor, in.Folder, in.Parent, in.Name)
}

// Audience is to whom a folder addresses by itself what is filed into it
// without a choice.
type Audience struct {
	Circles []id.Circle `json:"circles" fault:"circle" doc:"none: the firm alone"`
}

func (n *Nouns) folderAudience(r *Request, in InFolder) (Audience, error) {
	f, err := n.Spaces.FolderAudience(r.Context(), r.Actor, in.Folder)
	if f.Circles == nil {
		f.Circles = []id.Circle{}
	}
	return Audience{f.Circles}, err
}

// ChosenAudience chooses it.
type ChosenAudience struct {
	InFolder
	Audience
}

func (n *Nouns) addressFolder(r *Request, in ChosenAudience) (Audience, error) {
	if err := n.Spaces.SetFolderAudience(r.Context(), r.Actor, in.Folder, in.Circles); err != nil {
		return Audience{}, err
	}
	return n.folderAudience(r, in.InFolder)
}

func (n *Nouns) addressedFolder(r *Request, in ChosenAudience, _ string) (Audience, error) {
	return n.folderAudience(r, in.InFolder)
}

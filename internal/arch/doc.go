// Package arch holds the rules of the house as tests over the source: which
// package may import which, how long a function may be, what no package may
// keep, which words a catalog must have. Every fault names its file and line.
//
// It has no code of its own, refuses exception lists (a rule that does not fit
// is changed here, for everyone, or the code is), and reads source without
// building it, so that it also judges a tree that does not compile. Start at
// the table of tiers in tier_test.go.
package arch

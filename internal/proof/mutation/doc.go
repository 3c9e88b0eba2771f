// Package mutation plays ISO-09: it breaks the rule of who may do what, one check at a
// time, and asks the tests whether they notice. A mutant is a condition of package authz
// that is always or never true, a row of its tables that lets one more role do
// something, or one fewer, forgets that an act is grave, writes or is left to programs;
// and, in the use cases, a value that is opened without asking the rule, or after asking
// it for less.
//
// All mutants of a run are written into one copy of the sources, each behind a number,
// and laid over the real ones for the compiler (go build -overlay): tests are built
// once, and CENACLE_MUTANT chooses who lives in a run. Nothing of it is in the tree, and
// nothing of it ships.
//
// Every day a few mutants are drawn and must die; CENACLE_TEST_LONG=1 plays all of them
// and holds what survives to the list in testdata/equivalent.txt, each with the reason
// why it changes nothing. The conditions by which SQL keeps to its firm have their own
// mutants in package arch (TestISO09_Tenants). Start reading at breed in breed_test.go.
package mutation

// Package proof holds the proofs of the product as a whole, each named by the
// line of the security plan that it proves (ISO-01, CRA-01, …). They start the
// real server on both engines and look at it from outside, by HTTP, or from
// behind, at raw files and tables, as a thief would.
//
// It refuses to know how the product decides: what it expects stands here, in
// other words, so that a mistake in the product is not repeated in its proof.
// Nothing of it ships. Start reading at world in world_test.go, then at the
// proof you came for.
package proof

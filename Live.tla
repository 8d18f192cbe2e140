--------------------------------- MODULE Live ---------------------------------
EXTENDS Integers, Sequences, FiniteSets, TLC

CONSTANTS
  N

(* --algorithm Live
define
  (* What is claimed of every state *)

  ok == TRUE

  (* What is claimed of whole behaviors *)

  always_eventually_ok == []<>TRUE
end define;

macro go() begin
  skip;
end macro;

process n \in N
begin
  n_step:
    while TRUE do
      go();
    end while;
end process;

end algorithm; *)

\* BEGIN TRANSLATION
\* END TRANSLATION

Symmetry == Permutations(N)

===============================================================================

---------------------------------- MODULE S -----------------------------------
EXTENDS Integers, Sequences, FiniteSets, TLC

CONSTANTS
  P

(* --algorithm S
variables
  \* P
  n = [s \in P |-> 0];

macro step() begin
  n[self] := 4 \div n[self];
end macro;

process p \in P
begin
  p_step:
    while TRUE do
      step();
    end while;
end process;

end algorithm; *)

\* BEGIN TRANSLATION
\* END TRANSLATION

===============================================================================

import { MemoryOwner } from '#shared/memory.ts';
import { ownerConformance } from '#shared/shared.conformance.ts';

ownerConformance('MemoryOwner', (deps) => new MemoryOwner(deps));

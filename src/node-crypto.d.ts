// The two functions of Node's crypto that the room uses; all of @types/node would let Node globals into the Worker.
declare module "node:crypto" {
  export function randomUUID(): string;
  export function createHash(algorithm: "sha256"): {
    update(data: string): { digest(encoding: "base64url"): string };
  };
}

// A chat as a component: what is said, what waits to be sent, and how the connection is.
import { type FormEvent, useState } from "react";
import { ChatError } from "../../src/client/chat-client.ts"; // elsewhere: from "edge-chat-client"
import { useChat } from "./use-chat.ts";

export interface ChatProps {
  readonly url: string;
  readonly name: string;
  readonly authorKey: string;
  readonly client: string;
}

export function Chat({ url, name, authorKey, client: tag }: ChatProps) {
  const [room, client] = useChat({ url, name, key: authorKey, client: tag });
  const [text, setText] = useState("");
  const [trouble, setTrouble] = useState("");

  const say = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setText("");
    try {
      await client.send(text);
      setTrouble("");
    } catch (error) {
      setTrouble(error instanceof ChatError ? error.code : String(error));
    }
  };

  return (
    <section>
      <h2>
        {room.count} here, {room.status}
      </h2>
      <ol>
        {room.messages.map(({ seq, name: who, message }) => (
          <li key={seq}>
            {who}: {message}
          </li>
        ))}
        {room.outbox.map(({ id, message }) => (
          <li key={id} aria-busy="true">
            {message}
          </li>
        ))}
      </ol>
      <form onSubmit={(event) => void say(event)}>
        <input aria-label="Message" value={text} onChange={({ target }) => setText(target.value)} />
        <button>Say</button>
      </form>
      <p role="status">{trouble}</p>
    </section>
  );
}

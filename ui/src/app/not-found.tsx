// An address that leads nowhere, and a screen that failed: said plainly, with the way back.
import { Button } from "@mantine/core";
import { words } from "@/app/words";
import { Empty } from "@/design/notice";
import { words as noticeWords } from "@/design/words";
import { useWords } from "@/words/words";
import { Go } from "@/view/place";

export function NotFound() {
  const say = useWords(words);
  return <Empty title={say("lost")} hint={say("lostHint")} action={<Go to="/" className="link">{say("home")}</Go>} />;
}

export function ScreenFailed({ error }: { error: unknown }) {
  const say = useWords(noticeWords);
  return (
    <Empty
      icon="jam"
      title={say("broken")}
      hint={<>{say("brokenHint")} <span className="mono">{error instanceof Error ? error.message : String(error)}</span></>}
      action={<Button variant="default" onClick={() => location.reload()}>{say("retry")}</Button>}
    />
  );
}

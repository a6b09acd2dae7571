// A quality as word and sign: grey while good, and never told by colour alone.
import { Icon } from "@/design/icons";
import { codeOf, gradeOf, marksOf } from "@/signals/quality";
import css from "@/signals/signals.module.css";
import { gradeWords, markWords, qualityWords } from "@/signals/words";
import { useLanguage } from "@/words/language";
import { useWords } from "@/words/words";

/** The quality in words, our marks after it. */
export function useQualityName(): (quality: number) => string {
  const language = useLanguage();
  const sayGrade = useWords(gradeWords);
  const sayMark = useWords(markWords);
  return (quality) => {
    const name = (qualityWords[language] as Record<string, string>)[codeOf(quality)] ?? sayGrade(gradeOf(quality));
    return [name, ...marksOf(quality).map((mark) => sayMark(mark))].join(", ");
  };
}

export function QualitySign({ quality }: { quality: number }) {
  const name = useQualityName()(quality);
  const grade = gradeOf(quality);
  return (
    <span className={css.quality} data-grade={grade} data-testid="quality" title={name}>
      <Icon name={grade === "good" ? "check" : grade === "uncertain" ? "info" : "jam"} size={14} />
      <span className={css.qualityName}>{name}</span>
    </span>
  );
}
